import { hookTable } from '../../contracts';
import type { HookRow, Hooks, LogOptions } from '../../contracts';
import { FulgurError } from '../../errors';

/** The module's own methods from which `log` may be called, besides its hooks. */
const methods = {
  trainingStep: 'per-step',
  validationStep: 'per-epoch',
  testStep: 'per-epoch',
  predictStep: null,
  configureOptimizers: null,
} as const satisfies Readonly<Record<string, HookRow['logs']>>;

/** Where `log` may be called from. */
export type LogPlace = keyof typeof methods | keyof Hooks;

function ruleOf(place: LogPlace): HookRow['logs'] {
  return place in methods ? methods[place as keyof typeof methods] : hookTable[place as keyof Hooks].logs;
}

/**
 * Fills in the options that were left out.
 *
 * @throws FulgurError `trainer` where logging, or logging in this way, means nothing.
 */
export function resolveLogOptions(
  place: LogPlace,
  name: string,
  options: LogOptions = {},
): Required<LogOptions> {
  const rule = ruleOf(place);
  const finding = unfitness(name);
  if (finding !== null) throw unfitName(name, place, finding);
  if (rule === null) {
    throw new FulgurError('trainer', {
      what: `log('${name}') means nothing in ${place}.`,
      why: 'There is neither a step nor an epoch to record it for.',
      fix: 'Log in trainingStep, onTrainBatchEnd or onTrainEpochEnd.',
    });
  }
  if (rule === 'per-epoch' && options.onStep === true) {
    throw new FulgurError('trainer', {
      what: `log('${name}', { onStep: true }) means nothing in ${place}.`,
      why: 'There is no current step.',
      fix: 'Leave onStep out, or log in onTrainBatchEnd.',
    });
  }
  const resolved = {
    onStep: options.onStep ?? rule === 'per-step',
    onEpoch: options.onEpoch ?? rule === 'per-epoch',
    progBar: options.progBar ?? false,
    logger: options.logger ?? true,
    reduce: options.reduce ?? 'mean',
  };
  if (!resolved.onStep && !resolved.onEpoch) {
    throw new FulgurError('trainer', {
      what: `log('${name}') in ${place} records nothing: onStep and onEpoch are both false.`,
      fix: 'Set one of them to true, or take the call out.',
    });
  }
  return resolved;
}

/** Columns that every row has, whatever is logged. */
const rowColumns = ['epoch', 'step'];

/**
 * Why a name cannot be that of a metric or an image, or `null`. Names are columns of tables, keys of records and a line
 * on a screen.
 */
export function unfitness(name: string): string | null {
  if (name.trim() === '') return 'is empty';
  if (name !== name.trim()) return 'begins or ends with a space';
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) return 'holds a line break or a control character';
  if (name === '__proto__') return 'JavaScript keeps for itself';
  return rowColumns.includes(name) ? 'every row of metrics has already' : null;
}

function unfitName(name: string, place: LogPlace, finding: string): FulgurError {
  return new FulgurError('trainer', {
    what: `log(${JSON.stringify(name)}) in ${place} is given a name that ${finding}.`,
    fix: rowColumns.includes(name)
      ? `Leave the call out, or give it another name, such as 'current_${name}'.`
      : "Give it another name, such as 'train_loss'.",
  });
}

/** Whether two calls record in the same way. */
export function sameLogOptions(a: Required<LogOptions>, b: Required<LogOptions>): boolean {
  return (
    a.onStep === b.onStep &&
    a.onEpoch === b.onEpoch &&
    a.progBar === b.progBar &&
    a.logger === b.logger &&
    a.reduce === b.reduce
  );
}

export function loggedTwice(name: string): FulgurError {
  return new FulgurError('trainer', {
    what: `'${name}' was logged twice with different options.`,
    why: 'One name is recorded in one way.',
    fix: 'Give both calls the same options, or different names.',
  });
}

/** How errors call the module as one who logs. */
export const theModule = 'the module';

/** A metric as somebody logs it. */
export interface MetricClaim {
  readonly name: string;
  readonly options: Required<LogOptions>;
  /** `the module`, or `plugin 'throughput'`. */
  readonly by: string;
  readonly stage: 'training' | 'evaluation';
}

/**
 * The names of a run's metrics: each is recorded by one participant, in training or in evaluation, in one way. Otherwise
 * values of two kinds would mix in its column, and whoever monitors it would see now one, now the other.
 */
export class MetricNames {
  readonly #claims = new Map<string, MetricClaim>();

  /** @throws FulgurError `trainer` where the name, or one under which it is recorded, is taken. */
  claim(claim: MetricClaim): void {
    const recorded = recordedNames(claim.name, claim.options);
    for (const name of recorded) {
      const other = this.#claims.get(name);
      if (other !== undefined) refuseOther(name, claim, other);
    }
    for (const name of recorded) this.#claims.set(name, claim);
  }
}

/** Under which names a metric's values of steps and epochs are recorded. */
export function recordedName(
  name: string,
  { onStep, onEpoch }: Required<LogOptions>,
  kind: 'step' | 'epoch',
): string {
  return onStep && onEpoch ? `${name}_${kind}` : name;
}

/** All names of a metric; the plain one is for monitors. */
function recordedNames(name: string, options: Required<LogOptions>): string[] {
  return [...new Set([name, recordedName(name, options, 'step'), recordedName(name, options, 'epoch')])];
}

function refuseOther(recorded: string, claim: MetricClaim, other: MetricClaim): void {
  const { name } = claim;
  if (name !== other.name) {
    throw new FulgurError('trainer', {
      what: `'${name}' and '${other.name}' are both recorded as '${recorded}'.`,
      why: 'A name with onStep and onEpoch is recorded with _step and _epoch behind it.',
      fix: 'Rename one of them.',
    });
  }
  if (claim.by !== other.by) {
    throw new FulgurError('trainer', {
      what: `'${name}' is logged by ${other.by} and by ${claim.by}.`,
      why: 'Their values would mix in one metric.',
      fix: 'Give one of them another name.',
    });
  }
  if (claim.stage !== other.stage) {
    throw new FulgurError('trainer', {
      what: `'${name}' is logged in training and in validation.`,
      why: 'Their values would mix in one metric.',
      fix: `Give them two names, such as 'train_${name}' and 'val_${name}'.`,
    });
  }
  if (!sameLogOptions(claim.options, other.options)) throw loggedTwice(name);
}
