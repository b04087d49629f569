/** What has to be undone even when the process is ended in haste: synchronous, and never throws. */
type Undo = () => void;

const undos = new Set<Undo>();
let listening = false;

/**
 * Has something undone at the process's end, however it ends (but for SIGKILL). The latest is undone first.
 *
 * @returns forgets it: it has been undone in an orderly way
 */
export function undoAtExit(undo: Undo): () => void {
  if (!listening) {
    listening = true;
    process.once('exit', () => {
      for (const each of [...undos].reverse()) each();
    });
  }
  undos.add(undo);
  return () => void undos.delete(undo);
}
