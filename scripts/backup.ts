// `npm run backup [-- FILE]`: an archive of everything that the service keeps, while it runs or not. In the image: `node build/backup.mjs [FILE]`.
import { backUp } from '../lib/backup/backup';
import { applicationVersion, endOnSignals, fileArgument, runTool, toolSettings } from './tool';

await runTool(async () => {
  endOnSignals();
  const { path, bytes, tables, rows, holdsSecret, notes } = await backUp(
    toolSettings(),
    await applicationVersion(),
    fileArgument(),
  );
  process.stdout.write(`Wrote ${path}: ${rows} rows of ${tables} tables, ${bytes} bytes.\n`);
  for (const note of notes) process.stderr.write(`${note}\n`);
  if (!holdsSecret) process.stdout.write('It holds no secret: keep NEXTAUTH_SECRET with it.\n');
});
