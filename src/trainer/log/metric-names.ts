import type { LogOptions } from '../../contracts';
import { FulgurError } from '../../errors';
import { loggedTwice, sameLogOptions } from './log-rules';

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
