import { Line } from './line';
import { fill } from './mutator';
import { isWhole } from './http-answers';
import { validRequests } from './requests';
import type { World } from './world';

/** Sends every valid request once, as it is: pages are loaded when they are first asked for, which holds up whoever asks. */
export async function warmUp(world: World): Promise<void> {
  const attacker = await world.person();
  const values = { HOST: `localhost:${world.port}`, TOKEN: attacker.token, EMAIL: attacker.email };
  for (const request of validRequests()) {
    const line = await Line.open(world.port);
    line.write(fill(request, values));
    await line.quiet(isWhole);
    line.cut();
  }
  await world.prepare();
}
