import { createHash } from 'node:crypto';
import { decodeSafetensors, encodeSafetensors, requireAgreement } from '../../src';
import type { Ranks, Replicated, StateDict } from '../../src';

/**
 * Gives all ranks rank 0's parameters and buffers, and makes sure that they have them.
 *
 * @throws FulgurError `ranks`, on all of them, where their models differ in names, shapes or types.
 */
export async function startEqual(ranks: Ranks, module: Replicated): Promise<void> {
  if (ranks.worldSize === 1) return;
  const shapes = [...module.stateDict()].map(
    ([name, { dtype, shape }]) => [name, `${dtype} [${shape.join(', ')}]`] as const,
  );
  await requireAgreement(ranks, 'model', Object.fromEntries(shapes), {
    fix: 'Build the same model on all ranks: nothing in it may depend on the rank, the host or the time.',
  });
  await takeFromFirst(ranks, module);
  await requireAgreement(ranks, 'parameters', digests(module.stateDict()), {
    fix: 'Look at what changes the model between the start of the ranks and the first step.',
  });
}

/** Gives all ranks rank 0's parameters and buffers, where they differ. */
export async function takeFromFirst(ranks: Ranks, module: Replicated): Promise<void> {
  if (ranks.worldSize === 1) return;
  const own = module.stateDict();
  const hashes = await ranks.gather(JSON.stringify(digests(own)));
  if (hashes.every((hash) => hash === hashes[0])) return;
  const bytes = await ranks.broadcastBytes(ranks.rank === 0 ? encodeSafetensors(own) : new Uint8Array());
  if (ranks.rank !== 0) module.loadStateDict(decodeSafetensors(bytes).tensors);
}

function digests(state: StateDict): Record<string, string> {
  return Object.fromEntries(
    [...state].map(([name, { data }]) => [
      name,
      createHash('sha256')
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest('hex')
        .slice(0, 16),
    ]),
  );
}
