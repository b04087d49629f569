/** A short talk: each line begins with who says it, `A`, `B` or `C`. Words in braces are filled in from the room's lists. */
export type Conversation = readonly string[];

/** What a room is about, and what is said in it. */
export interface RoomScript {
  name: string;
  topic: string;
  /** public unless it says otherwise */
  visibility?: 'private';
  /** words that a talk's braces stand for, by the name in the braces */
  words: Readonly<Record<string, readonly string[]>>;
  conversations: readonly Conversation[];
}
