import { createHash } from 'node:crypto';
import type { Ranks } from '../contracts';
import { FulgurError } from '../errors';
import type { ErrorKind, ErrorParts } from '../errors';

/** A failure that all ranks share: the first one reports it. */
export class SharedFailure extends FulgurError {
  constructor(parts: ErrorParts, kind: ErrorKind = 'ranks') {
    super(kind, parts);
  }
}

/**
 * Checks that all ranks have the same facts, by name.
 * @param subject the subject of the facts, for the error: `model`.
 * @throws SharedFailure on all ranks, naming the first fact that differs and the ranks.
 */
export async function requireAgreement(
  ranks: Ranks,
  subject: string,
  facts: Readonly<Record<string, string>>,
  { fix }: { readonly fix: string },
): Promise<void> {
  if (ranks.worldSize === 1) return;
  const text = JSON.stringify(facts);
  // In the usual case, when all agree, little is sent.
  const digests = await ranks.gather(createHash('sha256').update(text).digest('hex'));
  if (digests.every((digest) => digest === digests[0])) return;
  const everybody = await ranks.gather({ ...facts });
  const differing = differingNames(everybody);
  const [name = ''] = differing;
  const values = new Map<string, number[]>();
  everybody.forEach((other, rank) => {
    const value = other[name] ?? 'absent';
    values.set(value, [...(values.get(value) ?? []), rank]);
  });
  const groups = [...values].map(([value, who]) => `${value} on ${rankNames(who)}`);
  const more = differing.length > 1 ? `, and ${differing.length - 1} more differ` : '';
  throw new SharedFailure({
    what: `The ranks do not have the same ${subject}: '${name}' is ${groups.join(' and ')}${more}.`,
    fix,
  });
}

/** Returns the names for which not all ranks gave the same text. */
export function differingNames(everybody: readonly Readonly<Record<string, string>>[]): string[] {
  const [first = {}, ...others] = everybody;
  const names = [...new Set(everybody.flatMap(Object.keys))];
  return names.filter((name) => others.some((other) => other[name] !== first[name]));
}

/** Returns the failure of ranks that have different values in a buffer that must be the same. */
export function bufferDiffers(name: string): SharedFailure {
  return new SharedFailure({
    what: `The ranks do not have the same values in the buffer '${name}'.`,
    why: 'A buffer must be the same on all ranks unless it is declared otherwise, and rank 0 evaluates and saves it for all.',
    fix:
      "Create it with nn.buffer(values, { ranks: 'own' }) if each rank fills its own, " +
      "or with { ranks: 'first' } if rank 0's values may be used for all.",
  });
}

function rankNames(ranks: readonly number[]): string {
  return `${ranks.length === 1 ? 'rank' : 'ranks'} ${ranks.join(', ')}`;
}
