import type { Site } from '../../../export/web/site';
import { element, requireElement } from '../dom/element';
import type { Comparison } from './comparison';
import { decodeFile } from './decode';
import type { PageEncoder } from './page-encoder';
import type { EvaluationView } from './evaluation-view';
import type { FoundImage, ImageIndex } from './image-index';
import { ImageRefusal } from './image-refusal';
import { pictureOf, showAnswer, thumbnailOf, timeText } from './results';
import type { ShownAnswer, Times } from './results';

/** Number of neighbours shown. */
const NEIGHBOURS = 12;
/** Maximum number of files accepted at once. */
const MOST_FILES = 24;

/** The parts of the page once it is loaded. */
export interface SearchParts {
  readonly site: Site;
  readonly view: EvaluationView;
  readonly encoder: PageEncoder;
  readonly index: ImageIndex | null;
  readonly comparison: Comparison;
  readonly results: HTMLElement;
  readonly status: HTMLElement;
}

/** Answers the reader's images, one after another. */
export class SearchPage {
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly parts: SearchParts) {}

  sayReady(): void {
    const { site, encoder, status } = this.parts;
    status.textContent = 'Ready.';
    const how = encoder.backend === 'webgl' ? 'the graphics card (WebGL)' : 'the processor (WebAssembly)';
    requireElement('backend', HTMLElement).textContent = `The model runs on ${how}.`;
    document.documentElement.dataset['ready'] = site.images === null ? 'comparison' : 'search';
  }

  /** Accepts files; resolves when all are answered. */
  take(files: readonly File[]): Promise<void> {
    this.#last = this.#last.then(() => this.#answerAll(files));
    return this.#last;
  }

  async #answerAll(files: readonly File[]): Promise<void> {
    const { status } = this.parts;
    const problems = requireElement('problems', HTMLElement);
    problems.replaceChildren();
    const refuse = (text: string) => problems.append(element('p', {}, text));
    for (const [number, file] of files.slice(0, MOST_FILES).entries()) {
      const place = files.length > 1 ? ` (${number + 1} of ${Math.min(files.length, MOST_FILES)})` : '';
      status.textContent = `Processing ${file.name}${place}…`;
      // Lets the browser show the message.
      await new Promise((resolve) => window.setTimeout(resolve, 0));
      try {
        status.textContent = await this.#answer(file);
      } catch (error) {
        status.textContent = '';
        refuse(`${file.name}: ${sentenceOf(error)}`);
      }
    }
    if (files.length > MOST_FILES)
      refuse(`The page accepts ${MOST_FILES} images at a time; the rest were ignored.`);
  }

  /** @returns a message for the reader. */
  async #answer(file: File): Promise<string> {
    const { site, view, encoder, index, comparison } = this.parts;
    const times = new Stopwatch();
    const image = await decodeFile(file);
    times.take('decode');
    const pixels = view.render(image);
    times.take('resize');
    const features = await encoder.embed(pixels);
    times.take('model');
    const picture = pictureOf(pixels, site.view, file.name);
    if (index === null) return comparison.add({ name: file.name, features, picture });
    const found = index.nearest(features, NEIGHBOURS);
    times.take('search');
    return this.#show({ title: file.name, picture, time: timeText(times.times), found });
  }

  #show(answer: ShownAnswer): string {
    const { results, site } = this.parts;
    showAnswer(results, answer, site.images, (image) => this.#askLike(image));
    return `${answer.found.length} images similar to ${answer.title}.`;
  }

  /** Searches with one of the site's own images. */
  #askLike(image: FoundImage): void {
    const { index, site, status } = this.parts;
    const times = new Stopwatch();
    const features = index?.featuresOf(image.row) ?? null;
    if (index === null || features === null) return;
    // The image itself is the nearest.
    const found = index.nearest(features, NEIGHBOURS + 1).filter(({ row }) => row !== image.row);
    times.take('search');
    const thumbnails = site.images?.thumbnails ?? null;
    const picture = thumbnails === null ? element('span') : thumbnailOf(image, thumbnails);
    const title = `Like ${image.name}`;
    status.textContent = this.#show({
      ...{ title, picture, time: timeText(times.times) },
      found: found.slice(0, NEIGHBOURS),
    });
    requireElement('results', HTMLElement).scrollIntoView({ block: 'start' });
  }
}

/** Milliseconds between timestamps. */
class Stopwatch {
  readonly times: Partial<Record<keyof Times, number>> = {};
  #last = performance.now();

  take(name: keyof Times): void {
    const now = performance.now();
    this.times[name] = now - this.#last;
    this.#last = now;
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof ImageRefusal) return error.message;
  return `The image cannot be processed: ${error instanceof Error ? error.message : String(error)}.`;
}
