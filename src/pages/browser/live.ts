/** The live page of a run: draws the data that its server sends as it arrives. */
import type { LiveSnapshot, LiveUpdate, OtherRun } from '../../contracts';
import { requireElement } from './dom/element';
import { CurvesView } from './live/curves-view';
import { EventFollower } from './live/follow-events';
import type { Connection } from './live/follow-events';
import { ImagesView, MessagesView, showDifferences, showSettings } from './live/lists-view';
import { OtherRunView } from './live/other-run-view';
import { RunModel } from './live/run-model';
import { StandingView } from './live/standing-view';

/** Milliseconds between two redraws of the curves. */
const drawEveryMs = 400;

function begin(token: string): void {
  const run = new RunModel();
  let connection: Connection = 'connecting';
  let other: OtherRun | null = null;
  let drawnAt = -Infinity;
  let isDue = false;
  const withToken = (path: string): Promise<Response> =>
    fetch(path, { headers: { Authorization: `Bearer ${token}` }, cache: 'no-store' });
  const smoothing = requireElement('smoothing', HTMLInputElement);
  const logarithmic = requireElement('logarithmic', HTMLInputElement);
  const standing = new StandingView();
  const messages = new MessagesView();
  const images = new ImagesView(withToken);
  const curves = new CurvesView(requireElement('curves', HTMLDivElement), () => {
    draw();
  });
  const others = new OtherRunView(withToken, (chosen) => {
    other = chosen;
    if (run.facts !== null) showDifferences(other, run.facts.version);
    draw();
  });

  const draw = (): void => {
    drawnAt = performance.now();
    const { facts, leftOut } = run;
    if (facts === null) return;
    const options = { smoothing: Number(smoothing.value), logarithmic: logarithmic.checked };
    curves.show({ facts, curves: run.curves.values(), other }, options);
    requireElement('curves-note', HTMLParagraphElement).textContent = [
      ...(run.curves.size === 0 ? ['Nothing has been logged yet.'] : []),
      ...(leftOut > 0
        ? ['There are more metrics than the page shows: see the files written by the loggers.']
        : []),
    ].join(' ');
  };
  const show = (): void => {
    isDue = false;
    standing.show(run, connection);
    messages.show(run.messages);
    images.show(run.images);
    if (performance.now() - drawnAt >= drawEveryMs) draw();
    else showSoon();
  };
  /** Redraws at the rate of the screen. */
  const showSoon = (): void => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(show);
  };
  for (const input of [smoothing, logarithmic]) {
    input.addEventListener('input', () => {
      requireElement('smoothing-value', HTMLOutputElement).value = Number(smoothing.value).toFixed(2);
      draw();
    });
  }

  const follower: EventFollower = new EventFollower('events', token, {
    onConnection: (now) => {
      connection = now;
      showSoon();
    },
    onEvent: (event, data) => {
      if (event === 'snapshot') {
        const isFirst = run.facts === null;
        run.replace(JSON.parse(data) as LiveSnapshot);
        requireElement('main', HTMLElement).hidden = false;
        if (run.facts !== null) showSettings(run.facts);
        if (isFirst) void others.begin();
      } else if (event === 'update') run.update(JSON.parse(data) as LiveUpdate);
      // A run that is about to end may still report how.
      if (run.end !== null && run.end.status !== 'over') follower.stop();
      showSoon();
    },
  });
}

/** The fragment contains the token, so a link within the page must not replace it. */
requireElement('skip', HTMLAnchorElement).addEventListener('click', (event) => {
  event.preventDefault();
  document.getElementById('curves-title')?.focus();
});
window.addEventListener('hashchange', () => {
  window.location.reload();
});

begin(window.location.hash.slice(1));
