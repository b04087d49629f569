// `npm run test:containers [-- PART…]`: clones the repository, builds the image, starts the compose project for real, and talks through
// nginx. Without a part all are run. BUILD_NETWORK=host where the engine's own network reaches no package registry. Everything it makes
// it removes again.
import { report } from './checks';
import { composeCommand, engineAnswers } from './docker';
import { PARTS } from './parts';

const compose = composeCommand();
if (!engineAnswers() || !compose) {
  console.error('No Docker engine with compose answers here: the containers are not tested.');
  process.exit(1);
}
const wanted = process.argv.slice(2);
const unknown = wanted.find((name) => !(name in PARTS));
if (unknown !== undefined) {
  console.error(`There is no part "${unknown}": ${Object.keys(PARTS).join(', ')}.`);
  process.exit(1);
}
try {
  for (const [name, part] of Object.entries(PARTS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    report(`# ${name}`);
    await part(compose);
  }
  report('all is well');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
