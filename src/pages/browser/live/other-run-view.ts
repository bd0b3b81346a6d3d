import type { ListedRun, OtherRun } from '../../../contracts';
import { element, requireElement } from '../dom/element';
import type { Fetch } from './lists-view';
import { pastEndOf } from './phrases';

/** Milliseconds between two reads of a run that may still be in progress. */
const lookMs = 15_000;
/** Key under which the tab keeps the choice across a reload. */
const memory = 'fulgur-live-page-beside';

/** Lets the reader choose a run to show beside this one, and keeps that run up to date. */
export class OtherRunView {
  private readonly select = requireElement('other', HTMLSelectElement);
  private readonly state = requireElement('other-state', HTMLParagraphElement);
  private timer = 0;

  /** @param onChange receives the run to show. */
  constructor(
    private readonly fetch: Fetch,
    private readonly onChange: (other: OtherRun | null) => void,
  ) {
    this.select.addEventListener('change', () => {
      this.remember();
      void this.load();
    });
    this.select.addEventListener('focus', () => void this.list());
  }

  /** Reads the list of runs, and restores the choice from before a reload. */
  async begin(): Promise<void> {
    await this.list();
    const wanted = sessionStorage.getItem(memory);
    const option = [...this.select.options].find(({ text, value }) => value !== '' && text === wanted);
    if (option === undefined) return;
    this.select.value = option.value;
    await this.load();
  }

  private async list(): Promise<void> {
    const response = await this.fetch('runs').catch(() => null);
    if (response === null || !response.ok) return;
    const runs = (await response.json()) as readonly ListedRun[];
    const texts = [...this.select.options].slice(1).map(({ text }) => text);
    if (texts.join('\n') === runs.map(({ name }) => name).join('\n')) return;
    const { value } = this.select;
    const none = element('option', { value: '' }, 'no other run');
    this.select.replaceChildren(none, ...runs.map(({ id, name }) => element('option', { value: id }, name)));
    this.select.value = value;
  }

  private remember(): void {
    const { value, selectedOptions } = this.select;
    const name = selectedOptions[0]?.text;
    if (value === '' || name === undefined) sessionStorage.removeItem(memory);
    else sessionStorage.setItem(memory, name);
  }

  private async load(): Promise<void> {
    window.clearTimeout(this.timer);
    const { value } = this.select;
    if (value === '') {
      this.say('');
      this.onChange(null);
      return;
    }
    const response = await this.fetch(`runs/${value}`).catch(() => null);
    // Another choice was made in the meantime.
    if (this.select.value !== value) return;
    if (response === null || !response.ok) {
      this.say(response === null ? 'The other run could not be read.' : (await response.text()).trim());
      if (response !== null) this.onChange(null);
      return;
    }
    const other = (await response.json()) as OtherRun;
    this.say(
      other.end === null
        ? `${other.name} is in progress, or did not end properly.`
        : `${other.name}: ${pastEndOf(other.end)}`,
    );
    this.onChange(other);
    if (other.end === null) this.timer = window.setTimeout(() => void this.load(), lookMs);
  }

  private say(text: string): void {
    if (this.state.textContent !== text) this.state.textContent = text;
  }
}
