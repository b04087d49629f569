// Prisma Studio in a container of its own. It listens on the container's loopback alone; what comes to the same port of the container's
// own address, which Docker gives the name HOSTNAME, goes there. Whom it comes from is up to the port that compose publishes: the host's
// loopback. It must be the same number there too, because Studio refuses the requests of a page that has another.
import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

const port = Number(process.env.STUDIO_PORT ?? 5555);

const studio = spawn(process.execPath, ['--import', 'tsx', 'scripts/studio.ts', '--port', String(port)], {
  stdio: 'inherit',
});
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT'])) process.on(signal, () => studio.kill(signal));
studio.once('exit', (code) => process.exit(code ?? 1));

createServer((visitor) => {
  const inside = connect(port, '127.0.0.1');
  visitor.on('error', () => inside.destroy()).pipe(inside);
  inside.on('error', () => visitor.destroy()).pipe(visitor);
}).listen(port, process.env.HOSTNAME);
