import { createHash } from 'node:crypto';
import {
  bufferDiffers,
  decodeSafetensors,
  differingNames,
  encodeSafetensors,
  nn,
  requireAgreement,
} from '../../src';
import type { Ranks, Replicated, tf } from '../../src';

type Variable = tf.Variable;

/**
 * Copies rank 0's parameters and buffers to all ranks and verifies them. Per-rank buffers are left unchanged, and in a
 * resumed run so are those that may drift apart.
 *
 * @throws FulgurError `ranks`, on all of them, if their models differ in names, shapes or types.
 */
export async function startEqual(ranks: Ranks, module: Replicated, { resumed = false } = {}): Promise<void> {
  if (ranks.worldSize === 1) return;
  const shapes = [...module.stateDict()].map(
    ([name, { dtype, shape }]) => [name, `${dtype} [${shape.join(', ')}]`] as const,
  );
  await requireAgreement(ranks, 'model', Object.fromEntries(shapes), {
    fix: 'Build the same model on all ranks: nothing in it may depend on the rank, the host or the time.',
  });
  const mayDiffer = (variable: Variable): boolean =>
    nn.rankRuleOf(variable) === 'own' ||
    (resumed && nn.rankRuleOf(variable) === 'first' && !nn.isWeight(variable));
  await takeFromFirst(ranks, module, await differingVariables(ranks, module, mayDiffer));
  await requireAgreement(ranks, 'parameters', digestsOf(module, mayDiffer), {
    fix: 'Find out what changes the model between the start of the ranks and the first step.',
  });
}

/**
 * Copies rank 0's parameters, and its buffers that may drift apart, to all ranks.
 *
 * @returns the parameters that differed.
 * @throws FulgurError `ranks`, on all of them, if a buffer that should be the same differs.
 */
export async function becomeEqual(ranks: Ranks, module: Replicated): Promise<string[]> {
  if (ranks.worldSize === 1) return [];
  const differing = await differingVariables(ranks, module, (variable) => nn.rankRuleOf(variable) === 'own');
  const variables = module.namedVariables();
  const rules = differing.map((name) => {
    const variable = variables.get(name);
    return { name, variable, isBroken: variable === undefined || nn.isSameOnRanks(variable) };
  });
  const [broken] = rules.filter(({ isBroken }) => isBroken);
  if (broken !== undefined) throw bufferDiffers(broken.name);
  await takeFromFirst(ranks, module, differing);
  return rules.flatMap(({ name, variable }) =>
    variable !== undefined && nn.isParameter(variable) ? [name] : [],
  );
}

/** Returns the names whose values differ between ranks; the list is the same on all ranks. */
async function differingVariables(
  ranks: Ranks,
  module: Replicated,
  mayDiffer: (variable: Variable) => boolean,
): Promise<string[]> {
  const own = digestsOf(module, mayDiffer);
  const text = JSON.stringify(own);
  // If all is well, little is sent.
  const hashes = await ranks.gather(createHash('sha256').update(text).digest('hex'));
  if (hashes.every((hash) => hash === hashes[0])) return [];
  return differingNames(await ranks.gather(own));
}

async function takeFromFirst(ranks: Ranks, module: Replicated, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const state = module.stateDict();
  const wanted = new Map([...state].filter(([name]) => names.includes(name)));
  const bytes = await ranks.broadcastBytes(ranks.rank === 0 ? encodeSafetensors(wanted) : new Uint8Array());
  if (ranks.rank === 0) return;
  module.loadStateDict(new Map([...state, ...decodeSafetensors(bytes).tensors]));
}

/** Digests of all values except those that may differ. */
function digestsOf(module: Replicated, mayDiffer: (variable: Variable) => boolean): Record<string, string> {
  const variables = module.namedVariables();
  return Object.fromEntries(
    [...module.stateDict()].flatMap(([name, { data }]) => {
      const variable = variables.get(name);
      if (variable !== undefined && mayDiffer(variable)) return [];
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return [[name, createHash('sha256').update(bytes).digest('hex').slice(0, 16)]];
    }),
  );
}
