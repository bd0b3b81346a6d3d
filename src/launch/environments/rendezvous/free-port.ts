import { createServer } from 'node:net';

/** A port that no other process on this host gets until it is released. */
export interface HeldPort {
  readonly port: number;
  release(): Promise<void>;
}

/** Reserves a free port other than `except`, so that two ranks of a host do not find the same one. */
export async function holdFreePort(except: number): Promise<HeldPort> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : except;
  const release = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  if (port !== except) return { port, release };
  const other = await holdFreePort(except);
  await release();
  return other;
}
