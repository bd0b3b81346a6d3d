/** Run in an isolated network: says whether its loopback works, and whether it reaches a port outside. */
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { enterIsolation, isIsolated } from '../../../src/launch';

function reaches(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

async function main(): Promise<void> {
  const [outside = ''] = process.argv.slice(2);
  enterIsolation();
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const inside = await reaches((server.address() as AddressInfo).port);
  server.close();
  console.log(
    JSON.stringify({ marked: isIsolated(process.env), inside, outside: await reaches(Number(outside)) }),
  );
  process.exit(5);
}

void main();
