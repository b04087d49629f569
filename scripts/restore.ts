// `npm run restore -- FILE`: fills an empty database from an archive of `npm run backup`. In the image: `node build/restore.mjs FILE`.
import { restore } from '../lib/backup/restore';
import { StartError } from '../lib/start-error';
import { endOnSignals, fileArgument, runTool, toolSettings } from './tool';

await runTool(async () => {
  endOnSignals();
  const file = fileArgument();
  if (file === undefined) throw new StartError('Name the archive: npm run restore -- FILE');
  const { manifest, rows, sessions } = await restore(toolSettings(), file);
  process.stdout.write(
    `Restored ${rows} rows of ${manifest.tables.length} tables, as of ${manifest.createdAt}. ${sessions}\n`,
  );
});
// The schema engine leaves a timer of ten seconds behind.
process.exit();
