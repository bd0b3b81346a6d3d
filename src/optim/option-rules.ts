import { FulgurError, counted, isNumberOf, numbers, valueKind } from '../errors';
import type { NumberRule } from '../errors';
import type { Scheduled } from './schedule';

/** What PyTorch's optimisers take, option by option; all but `betas` and `nesterov`. */
const rules: Readonly<Record<string, NumberRule>> = {
  learningRate: numbers.fromZero,
  momentum: numbers.fromZero,
  dampening: numbers.finite,
  weightDecay: numbers.fromZero,
  epsilon: numbers.fromZero,
  trustCoefficient: numbers.fromZero,
};

/**
 * The options of an optimiser's group, checked; a schedule among them checks each number that it gives.
 *
 * @throws FulgurError `config` for numbers that PyTorch refuses, and for what is neither a number nor a schedule.
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
    fix: 'Give a list of two: the decay of the mean and that of the mean square.',
  });
}

function checkedValue({ owner, name }: OptionPlace, value: unknown, rule: NumberRule): Scheduled {
  if (typeof value === 'function') return watched({ owner, name }, value as Exclude<Scheduled, number>, rule);
  if (isNumberOf(rule, value)) return value;
  throw new FulgurError('config', {
    what: `${owner} got ${name} ${valueKind(value)}.`,
    fix: `Give ${rule.wanted}, or a schedule of such numbers.`,
  });
}

/** The same schedule, which refuses the numbers that the option does not take. */
function watched(
  { owner, name }: OptionPlace,
  schedule: Exclude<Scheduled, number>,
  rule: NumberRule,
): Scheduled {
  return (step, run) => {
    const value = schedule(step, run);
    // What is no finite number at all is refused where any schedule is read.
    if (!isNumberOf(numbers.finite, value) || rule.allows(value)) return value;
    throw new FulgurError('config', {
      what: `The schedule of ${owner}'s ${name} gave ${value} for the update after ${counted(step, 'update')}.`,
      fix: `Return ${rule.wanted} for every step.`,
    });
  };
}
