// `npm run doctor [-- ADDRESS]`: what is wrong with an installation, and how to mend it. In the image: `node build/doctor.mjs [ADDRESS]`.
import { examine } from '../lib/doctor/examine';
import { log } from '../lib/log';
import { endOnSignals, runTool } from './tool';

const SIGNS = { good: '✓', warning: '!', bad: '✗' };

await runTool(async () => {
  endOnSignals();
  log.level = process.env.LOG_LEVEL ? log.level : 'error';
  for await (const { level, subject, says, fix } of examine(process.env, process.argv[2])) {
    process.stdout.write(
      `${SIGNS[level]} ${subject}: ${says.replace(/\.$/, '')}${fix === undefined ? '' : `. Fix: ${fix}`}\n`,
    );
    if (level === 'bad') process.exitCode = 1;
  }
});
