import { pause } from '../actors/scene';
import { signalTree } from '../processes';
import { now, type Fault } from './fault';

/** Milliseconds that an orderly end may take. */
const STOP_WITHIN = 10_000;

const killServer: Fault = {
  name: 'kill-server',
  title: 'kill -9 of the server',
  quick: { given: 14, embedded: 6 },
  full: { given: 70, embedded: 30 },
  async inject(world, random) {
    await world.service.kill();
    await pause(random() * 300);
    await world.service.start();
    return now();
  },
};

const killBoth: Fault = {
  name: 'kill-both',
  title: 'kill -9 of the server and its database together',
  quick: { given: 1, embedded: 1 },
  full: { given: 10, embedded: 15 },
  async inject(world, random) {
    const postmaster = world.database.postmaster();
    const server = world.service.kill();
    if (postmaster !== undefined) await signalTree(postmaster, 'SIGKILL');
    await server;
    await pause(random() * 300);
    if (world.kind !== 'embedded') await world.database.ensureRunning();
    await world.service.start();
    return now();
  },
};

const stopServer: Fault = {
  name: 'stop-server',
  title: 'SIGTERM of the server',
  quick: { given: 1, embedded: 1 },
  full: { given: 35, embedded: 15 },
  async inject(world) {
    const { code, signal, milliseconds } = await world.service.stop();
    const failures = [];
    if (code !== 0) failures.push(`SIGTERM ended the server with code ${code}, signal ${signal}`);
    if (milliseconds > STOP_WITHIN) failures.push(`SIGTERM took ${(milliseconds / 1_000).toFixed(1)} s`);
    await world.service.start();
    return now(failures);
  },
};

const pauseServer: Fault = {
  name: 'pause-server',
  title: 'SIGSTOP of the server, 0.5–8 s',
  quick: { given: 1 },
  full: { given: 15 },
  async inject(world, random) {
    world.service.signal('SIGSTOP');
    await pause(500 + (world.length === 'quick' ? 2_000 : 7_500) * random() ** 3);
    world.service.signal('SIGCONT');
    return now();
  },
};

/** What happens to the server's process. */
export const SERVER_FAULTS: readonly Fault[] = [killServer, killBoth, stopServer, pauseServer];
