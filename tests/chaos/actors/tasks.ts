import { observe, Unreadable } from '../checker/observed';
import { nameOf, type Draft } from '../checker/ledger';
import { bodyOf, idOf, keyOf } from '../checker/tags';
import { DELETED } from '../checker/timeline';
import type { Scene } from './scene';

/** Something that a writer wants done, and tries until it is. */
export interface Task {
  readonly command: string;
  /** the payload of the next attempt, which is noted with it */
  attempt(line: number): Record<string, unknown>;
  /** takes an acknowledgement's fields */
  acknowledged(fields: Record<string, unknown>): void;
  /** an answer that may mean that an earlier attempt has done it already */
  settledBy(code: string): boolean;
}

function readMessage(scene: Scene, what: string, fields: Record<string, unknown>) {
  try {
    return observe(fields.message);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    scene.violations.add('phantom', `the acknowledgement of ${what}: ${error.message}`);
    return null;
  }
}

/** Sends a message. @param anonymous without an id: then nothing tells a second attempt from a second message */
export function sending(scene: Scene, draft: Draft, anonymous: boolean): Task {
  return {
    command: 'message:send',
    attempt(line) {
      scene.ledger.attempt(draft, line);
      const id = idOf(draft);
      return {
        body: bodyOf({ ...draft, edit: 0 }),
        // Ids are compared without regard to case.
        ...(!anonymous && { clientMessageId: draft.attempts % 2 === 0 ? id.toUpperCase() : id }),
      };
    },
    acknowledged(fields) {
      const message = readMessage(scene, nameOf(draft), fields);
      if (!message) return;
      if (message.key !== keyOf(draft)) {
        scene.violations.add('phantom', `${nameOf(draft)} was acknowledged with another message, at ${message.seq}`);
      }
      const other = scene.ledger.acknowledge(draft, message.seq);
      if (other !== null) {
        scene.violations.add('doubled', `${nameOf(draft)} was acknowledged at ${other}, and again at ${message.seq}`);
      }
    },
    settledBy: () => false,
  };
}

/** Gives a message of one's own its next body. */
export function editing(scene: Scene, draft: Draft): Task {
  const edit = ++draft.editsSent;
  return {
    command: 'message:edit',
    attempt: () => ({ seq: draft.seq, body: bodyOf({ ...draft, edit }) }),
    acknowledged(fields) {
      const message = readMessage(scene, `edit ${edit} of ${nameOf(draft)}`, fields);
      if (message?.edit !== edit || message.key !== keyOf(draft)) {
        scene.violations.add('phantom', `edit ${edit} of ${nameOf(draft)} was acknowledged as edit ${message?.edit}`);
      }
      draft.editAcked = edit;
    },
    settledBy: () => false,
  };
}

/** Deletes a message of one's own; deleting what is gone already is 404, which is what a retry may hear. */
export function deleting(scene: Scene, draft: Draft): Task {
  draft.deleteSent = true;
  let attempts = 0;
  return {
    command: 'message:delete',
    attempt() {
      attempts++;
      return { seq: draft.seq };
    },
    acknowledged(fields) {
      const message = readMessage(scene, `the deletion of ${nameOf(draft)}`, fields);
      if (message?.edit !== DELETED)
        scene.violations.add('lost', `the deletion of ${nameOf(draft)} was answered with its body`);
      draft.deleteAcked = true;
    },
    settledBy(code) {
      if (code !== 'not_found' || attempts < 2) return false;
      draft.deleteAcked = true;
      return true;
    },
  };
}
