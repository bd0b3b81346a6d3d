import { FulgurError, counted, isNumberOf, numbers, valueKind } from '../errors';
import type { NumberRule } from '../errors';
import type { Scheduled } from './schedule';

/** The rules of PyTorch's optimisers, option by option; all except `betas` and `nesterov`. */
const rules: Readonly<Record<string, NumberRule>> = {
  learningRate: numbers.fromZero,
  momentum: numbers.fromZero,
  dampening: numbers.finite,
  weightDecay: numbers.fromZero,
  epsilon: numbers.fromZero,
  trustCoefficient: numbers.fromZero,
};

/**
 * Checks the options of an optimiser's group; a schedule among them checks each number that it returns.
 *
 * @throws FulgurError `config` for numbers that PyTorch rejects, and for values that are neither numbers nor schedules.
 */
export function checkedOptions<Options extends object>(kind: string, options: Options): Options {
  const entries = Object.entries<unknown>({ learningRate: undefined, ...options } as Readonly<
    Record<string, unknown>
  >).map(([name, value]) => {
    const place = { owner: `optim.${kind}`, name };
    if (name === 'betas' && value !== undefined) return [name, checkedBetas(place, value)];
    const rule = rules[name];
    if (rule === undefined || (value === undefined && name !== 'learningRate')) return [name, value];
    return [name, checkedValue(place, value, rule)];
  });
  return Object.fromEntries(entries) as Options;
}

interface OptionPlace {
  readonly owner: string;
  readonly name: string;
}

function checkedBetas({ owner, name }: OptionPlace, betas: unknown): unknown {
  if (Array.isArray(betas) && betas.length === 2) {
    return betas.map((beta, index) =>
      checkedValue({ owner, name: `${name}[${index}]` }, beta, numbers.belowOne),
    );
  }
  throw new FulgurError('config', {
    what: `${owner} got ${name} ${Array.isArray(betas) ? `of length ${betas.length}` : valueKind(betas)}.`,
    fix: 'Use a list of two numbers: the decay of the mean and that of the mean square.',
  });
}

function checkedValue({ owner, name }: OptionPlace, value: unknown, rule: NumberRule): Scheduled {
  if (typeof value === 'function') return watched({ owner, name }, value as Exclude<Scheduled, number>, rule);
  if (isNumberOf(rule, value)) return value;
  throw new FulgurError('config', {
    what: `${owner} got ${name} ${valueKind(value)}.`,
    fix: `Use ${rule.wanted}, or a schedule of such numbers.`,
  });
}

/** Returns the same schedule, which rejects numbers that the option does not accept. */
function watched(
  { owner, name }: OptionPlace,
  schedule: Exclude<Scheduled, number>,
  rule: NumberRule,
): Scheduled {
  return (step, run) => {
    const value = schedule(step, run);
    // A value that is not a finite number is rejected wherever a schedule is read.
    if (!isNumberOf(numbers.finite, value) || rule.allows(value)) return value;
    throw new FulgurError('config', {
      what: `The schedule of ${owner}'s ${name} returned ${value} for the update after ${counted(step, 'update')}.`,
      fix: `Return ${rule.wanted} for every step.`,
    });
  };
}
