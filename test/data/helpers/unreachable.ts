import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** An address on this machine where nobody listens, and what is reported about it. */
export async function unreachableAddress(): Promise<{ url: string; reason: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const url = `http://127.0.0.1:${port}/cifar-10-binary.tar.gz`;
  return { url, reason: `${url} cannot be reached: connect ECONNREFUSED 127.0.0.1:${port}.` };
}

/** What a run says about CIFAR-10 that is neither in the cache nor reachable. */
export function cifarUnavailable(cache: string, reason: string): string {
  return (
    `CIFAR-10 is not in ${cache}/data/cifar10 and was not downloaded. ${reason} ` +
    'Put cifar-10-binary.tar.gz or its .bin files into a folder and pass --data.path FOLDER, ' +
    'pass the address of a mirror with --data.url URL, or train on the embedded digits with --data.name digits.'
  );
}

/** Lets Fulgur keep its files in a folder, until the returned function is called. */
export function useCache(folder: string): () => void {
  const { FULGUR_CACHE: before } = process.env;
  process.env.FULGUR_CACHE = folder;
  return () => {
    if (before === undefined) delete process.env.FULGUR_CACHE;
    else process.env.FULGUR_CACHE = before;
  };
}
