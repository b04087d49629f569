/** Milliseconds of silence after which a node is taken for gone, with everybody who is connected to it. */
const SILENCE_MS = 15_000;

interface Peer {
  /** the number of its last entry */
  count: number;
  heardAt: number;
  /** whether it is known who is connected to it */
  isTold: boolean;
  /** whether it has begun to tell that, and nothing of it was missed since */
  isTelling: boolean;
}

/** The other nodes, as far as they were heard. */
export class Peers {
  readonly #peers = new Map<string, Peer>();

  /**
   * Notes an entry of another node.
   *
   * @param count the entry's number
   * @returns `gap` where something that this node said before may have been missed, `again` for an entry that is known already
   */
  hear(node: string, count: number): 'next' | 'gap' | 'again' {
    const known = this.#peers.get(node);
    if (known && count <= known.count) return 'again';
    const isNext = count === (known?.count ?? 0) + 1;
    // Of a node whose first word was heard everything is known.
    const isTold = isNext && (known?.isTold ?? true);
    const isTelling = isNext && (known?.isTelling ?? false);
    this.#peers.set(node, { count, heardAt: performance.now(), isTold, isTelling });
    return isNext ? 'next' : 'gap';
  }

  /** Notes that a node tells who is connected to it: known is that only from the first part to the last. */
  told(node: string, { isFirst, isLast }: { isFirst: boolean; isLast: boolean }): void {
    const peer = this.#peers.get(node);
    if (!peer) return;
    peer.isTelling ||= isFirst;
    peer.isTold ||= peer.isTelling && isLast;
  }

  /** Whether some node's people are not known, or not all of them. */
  get isIncomplete(): boolean {
    return [...this.#peers.values()].some(({ isTold }) => !isTold);
  }

  /** Forgets one that has ended. */
  forget(node: string): void {
    this.#peers.delete(node);
  }

  /** Forgets those that were silent for too long. @returns their ids */
  silent(): string[] {
    const since = performance.now() - SILENCE_MS;
    const gone = [...this.#peers].filter(([, { heardAt }]) => heardAt < since).map(([node]) => node);
    for (const node of gone) this.#peers.delete(node);
    return gone;
  }
}
