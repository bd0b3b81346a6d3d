import { shownNumber } from '../../../charts/pure';
import type { LiveProgress } from '../../../contracts';
import { element, requireElement } from '../dom/element';
import type { Connection } from './follow-events';
import { capitalised, clock, spokenDuration, endOf, ofTotal, roughly, shareDone } from './phrases';
import type { RunModel } from './run-model';

/** The head of the page: the state of the run in words and numbers. */
export class StandingView {
  private readonly title = requireElement('title', HTMLHeadingElement);
  private readonly state = requireElement('state', HTMLParagraphElement);
  private readonly bar = requireElement('bar', HTMLDivElement);
  private readonly barDone = requireElement('bar-done', HTMLSpanElement);
  private readonly list = requireElement('standing', HTMLDListElement);
  private readonly aside = requireElement('aside', HTMLParagraphElement);

  show(run: RunModel, connection: Connection): void {
    const { facts, progress, end } = run;
    const name = facts === null ? 'Live page' : `${facts.experiment} ${facts.version}`;
    this.title.textContent = name;
    const [state, sentence] = stateOf(run, connection);
    this.state.dataset['state'] = state;
    // Setting the same text again would make screen readers read it again.
    if (this.state.textContent !== sentence) this.state.textContent = sentence;
    const share = progress === null ? null : shareDone(progress);
    this.bar.hidden = share === null;
    if (share !== null) {
      this.barDone.style.width = `${100 * share}%`;
      this.bar.setAttribute('aria-valuenow', String(Math.floor(100 * share)));
    }
    document.title = `${share === null ? '' : `${Math.floor(100 * share)} % `}${end === null ? '' : 'ended: '}${name}`;
    const entries = progress === null ? [] : standingOf(progress, end === null);
    this.list.replaceChildren(
      ...entries.map(([term, text]) => element('div', {}, element('dt', {}, term), element('dd', {}, text))),
    );
    const { done = 0, total = 0, name: work = '' } = progress?.aside ?? {};
    this.aside.textContent =
      end !== null || work === ''
        ? ''
        : `${capitalised(work)}${total === 0 ? '' : `: ${ofTotal(done, total)}`}`;
  }
}

function stateOf(
  { facts, progress, end }: RunModel,
  connection: Connection,
): [state: string, sentence: string] {
  if (end !== null) return [end.status, endOf(end)];
  if (connection === 'refused') {
    return [
      'lost',
      'The token in the address does not belong to this run: open the address that the run printed last.',
    ];
  }
  if (connection === 'full')
    return ['lost', 'The page has reached its maximum number of readers; trying again.'];
  if (connection === 'lost') {
    return ['lost', 'The connection is lost, and the run may have ended; trying again.'];
  }
  if (facts === null || connection === 'connecting') return ['waiting', 'Connecting…'];
  if (progress === null) return ['running', 'Running: getting ready.'];
  return ['running', progress.aside === null ? 'Running.' : `Running: ${progress.aside.name}.`];
}

function standingOf(progress: LiveProgress, isRunning: boolean): [term: string, text: string][] {
  const { epoch, batchIndex, batchesPerEpoch, globalStep, maxEpochs, maxSteps, newest } = progress;
  const { secondsPerBatch, secondsLeft, imagesPerSecond, at } = progress;
  return [
    ['Epoch', ofTotal(epoch + 1, maxEpochs)],
    ['Batch', ofTotal(batchIndex + 1, batchesPerEpoch)],
    ['Updates', ofTotal(globalStep, maxSteps)],
    ...(isRunning && secondsLeft !== null
      ? ([
          ['Time left', spokenDuration(secondsLeft)],
          ['Ends about', clock(at + 1000 * secondsLeft)],
        ] as [string, string][])
      : []),
    ...entry('Images per second', imagesPerSecond, roughly),
    ...entry('Seconds per batch', secondsPerBatch, roughly),
    ...Object.entries(newest).map(([name, value]): [string, string] => [
      name,
      typeof value === 'number' ? shownNumber(Number(value.toPrecision(4))) : value,
    ]),
  ];
}

function entry(term: string, value: number | null, show: (value: number) => string): [string, string][] {
  return value === null ? [] : [[term, show(value)]];
}
