import { holdFreePort } from '../../../src/launch/environments/rendezvous/free-port';

/** A port that nobody has just now. */
export async function freePortNumber(): Promise<number> {
  const { port, release } = await holdFreePort(0);
  await release();
  return port;
}
