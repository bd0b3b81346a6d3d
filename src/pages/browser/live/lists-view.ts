import { dataTable } from '../../../charts/pure';
import type { Json, LiveFacts, LiveImage, LiveMessage, OtherRun } from '../../../contracts';
import { element, requireElement } from '../dom/element';
import { clock, clockWithSeconds } from './phrases';

/** Fetches a path with the token. */
export type Fetch = (path: string) => Promise<Response>;

/** The messages of the run; the newest stays in view unless the reader has scrolled away. */
export class MessagesView {
  private readonly list = requireElement('messages', HTMLOListElement);
  private shown: readonly LiveMessage[] = [];

  show(messages: readonly LiveMessage[]): void {
    if (messages === this.shown) return;
    const { list } = this;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 30;
    const known = this.shown.length > 0 && messages[0] === this.shown[0] ? this.shown.length : 0;
    if (known === 0) list.replaceChildren();
    list.append(...messages.slice(known).map(itemOf));
    this.shown = messages;
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }
}

function itemOf({ at, step, level, text }: LiveMessage): HTMLLIElement {
  const time = element(
    'time',
    { datetime: new Date(at).toISOString(), title: `update ${step}` },
    clockWithSeconds(at),
  );
  const said = level === 'warning' ? [element('strong', {}, 'Warning: '), text] : [text];
  return element('li', { class: level === 'warning' ? 'is-warning' : null }, time, ...said);
}

/** The newest picture of each name. */
export class ImagesView {
  private readonly section = requireElement('images-section', HTMLElement);
  private readonly place = requireElement('images', HTMLDivElement);
  private readonly paths = new Map<string, string>();
  private readonly figures = new Map<string, HTMLElement>();

  constructor(private readonly fetch: Fetch) {}

  show(images: readonly LiveImage[]): void {
    this.section.hidden = images.length === 0;
    for (const image of images) {
      if (this.paths.get(image.name) === image.path) continue;
      this.paths.set(image.name, image.path);
      void this.load(image);
    }
  }

  private async load({ name, path, caption, width, height, step }: LiveImage): Promise<void> {
    const response = await this.fetch(path).catch(() => null);
    // A newer picture is on its way, or comes with the next connection.
    if (response === null || !response.ok) {
      this.paths.delete(name);
      return;
    }
    const url = URL.createObjectURL(await response.blob());
    const picture = element('img', { src: url, alt: caption, width, height });
    const title = `${name} after update ${step.toLocaleString('en-US')}`;
    const figure = element(
      'figure',
      {},
      element('figcaption', {}, title),
      picture,
      element('p', { class: 'note' }, caption),
    );
    const before = this.figures.get(name);
    if (before === undefined) this.place.append(figure);
    else {
      before.replaceWith(figure);
      const old = before.querySelector('img')?.src;
      if (old !== undefined) URL.revokeObjectURL(old);
    }
    this.figures.set(name, figure);
  }
}

/** A description of the run, and every option. */
export function showSettings(facts: LiveFacts): void {
  const { experiment, version, seed, data, device, startedAt, resumedFrom, config } = facts;
  const about: [string, string][] = [
    ['experiment', experiment],
    ['run', version],
    ['data', data],
    ['device', device],
    ['seed', String(seed)],
    ['started', clock(startedAt)],
    ...(resumedFrom === null ? [] : [['resumed from', resumedFrom] as [string, string]]),
  ];
  requireElement('settings', HTMLDivElement).innerHTML =
    dataTable({ caption: 'The run', columns: ['what', 'value'], rows: about, isFolded: false }) +
    dataTable({ caption: 'All options', columns: ['option', 'value'], rows: flattened(config) });
}

/** The differences from the configuration of another run. */
export function showDifferences(other: OtherRun | null, own: string): void {
  requireElement('differences-section', HTMLElement).hidden = other === null;
  if (other === null) return;
  const { name, differences } = other;
  const place = requireElement('differences', HTMLDivElement);
  if (differences.length === 0) {
    place.replaceChildren(
      element('p', {}, `${name} has the same configuration, or its configuration could not be read.`),
    );
    return;
  }
  place.innerHTML = dataTable({
    caption: `${differences.length} options that differ`,
    columns: ['option', own, name],
    rows: differences.map(({ option, here, there }) => [option, here ?? '(none)', there ?? '(none)']),
    isFolded: false,
  });
}

function flattened(value: Json, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]: [string, Json]) =>
    flattened(inner, path === '' ? key : `${path}.${key}`),
  );
}
