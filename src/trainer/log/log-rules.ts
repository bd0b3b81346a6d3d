import { hookTable } from '../../contracts';
import type { HookRow, Hooks, LogOptions } from '../../contracts';
import { FulgurError } from '../../errors';

/** The module's own methods, besides its hooks, in which `log` may be called. */
const methods = {
  trainingStep: 'per-step',
  validationStep: 'per-epoch',
  testStep: 'per-epoch',
  predictStep: null,
  configureOptimizers: null,
} as const satisfies Readonly<Record<string, HookRow['logs']>>;

/** The places in which `log` may be called. */
export type LogPlace = keyof typeof methods | keyof Hooks;

function ruleOf(place: LogPlace): HookRow['logs'] {
  return place in methods ? methods[place as keyof typeof methods] : hookTable[place as keyof Hooks].logs;
}

/**
 * Fills in the options that were left out.
 * @throws FulgurError `trainer` where logging has no meaning, or not with these options.
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
      what: `log('${name}') has no meaning in ${place}.`,
      why: 'There is neither a step nor an epoch for which to record it.',
      fix: 'Log in trainingStep, onTrainBatchEnd or onTrainEpochEnd.',
    });
  }
  if (rule === 'per-epoch' && options.onStep === true) {
    throw new FulgurError('trainer', {
      what: `log('${name}', { onStep: true }) has no meaning in ${place}.`,
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
      fix: 'Set one of them to true, or remove the call.',
    });
  }
  return resolved;
}

/** Columns that every row has, whatever is logged. */
const rowColumns = ['epoch', 'step'];

/**
 * Returns why a metric or an image cannot have this name, or `null` if it can. Names become columns of tables, keys of
 * records and labels on a screen.
 */
export function unfitness(name: string): string | null {
  if (name.trim() === '') return 'is empty';
  if (name !== name.trim()) return 'starts or ends with a space';
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) return 'contains a line break or a control character';
  if (name === '__proto__') return 'is reserved by JavaScript';
  return rowColumns.includes(name) ? 'is a column of every row of metrics' : null;
}

function unfitName(name: string, place: LogPlace, finding: string): FulgurError {
  return new FulgurError('trainer', {
    what: `log(${JSON.stringify(name)}) in ${place} is given a name that ${finding}.`,
    fix: rowColumns.includes(name)
      ? `Remove the call, or use another name, such as 'current_${name}'.`
      : "Use another name, such as 'train_loss'.",
  });
}

/** Returns whether two calls record a metric in the same way. */
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
    why: 'Each name must always be recorded in the same way.',
    fix: 'Pass the same options to both calls, or use different names.',
  });
}

/** How errors name the module when it logs. */
export const theModule = 'the module';

/** A metric and who logs it. */
export interface MetricClaim {
  readonly name: string;
  readonly options: Required<LogOptions>;
  /** `the module`, or `plugin 'throughput'`. */
  readonly by: string;
  readonly stage: 'training' | 'evaluation';
}

/**
 * The names of a run's metrics. Each name belongs to one participant, to training or evaluation, and to one way of
 * recording. Otherwise its column would mix values of two kinds, and a plugin that monitors it would see either.
 */
export class MetricNames {
  readonly #claims = new Map<string, MetricClaim>();

  /** @throws FulgurError `trainer` if the name, or a name under which its values are recorded, is taken. */
  claim(claim: MetricClaim): void {
    const recorded = recordedNames(claim.name, claim.options);
    for (const name of recorded) {
      const other = this.#claims.get(name);
      if (other !== undefined) refuseOther(name, claim, other);
    }
    for (const name of recorded) this.#claims.set(name, claim);
  }
}

/** Returns the names under which a metric's values per step and per epoch are recorded. */
export function recordedName(
  name: string,
  { onStep, onEpoch }: Required<LogOptions>,
  kind: 'step' | 'epoch',
): string {
  return onStep && onEpoch ? `${name}_${kind}` : name;
}

/** Returns all names of a metric; monitors may use the plain one. */
function recordedNames(name: string, options: Required<LogOptions>): string[] {
  return [...new Set([name, recordedName(name, options, 'step'), recordedName(name, options, 'epoch')])];
}

function refuseOther(recorded: string, claim: MetricClaim, other: MetricClaim): void {
  const { name } = claim;
  if (name !== other.name) {
    throw new FulgurError('trainer', {
      what: `'${name}' and '${other.name}' are both recorded as '${recorded}'.`,
      why: 'A name with onStep and onEpoch is recorded with the suffixes _step and _epoch.',
      fix: 'Rename one of them.',
    });
  }
  if (claim.by !== other.by) {
    throw new FulgurError('trainer', {
      what: `'${name}' is logged by both ${other.by} and ${claim.by}.`,
      why: 'Their values would be mixed in one metric.',
      fix: 'Rename one of the two metrics.',
    });
  }
  if (claim.stage !== other.stage) {
    throw new FulgurError('trainer', {
      what: `'${name}' is logged both in training and in validation.`,
      why: 'Their values would be mixed in one metric.',
      fix: `Use two names, such as 'train_${name}' and 'val_${name}'.`,
    });
  }
  if (!sameLogOptions(claim.options, other.options)) throw loggedTwice(name);
}
