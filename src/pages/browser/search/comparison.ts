import { similarityOf } from '../../../export/web/quantised';
import { element } from '../dom/element';

/** An image to compare. */
export interface ComparedImage {
  readonly name: string;
  readonly features: Float32Array;
  readonly picture: HTMLElement;
}

/** Maximum number of images whose pairs fit into a table. */
const MOST_IMAGES = 12;

/** Compares images with each other, for a site without images to search. */
export class Comparison {
  #images: ComparedImage[] = [];

  constructor(private readonly results: HTMLElement) {}

  /** @returns a message for the reader. */
  add(image: ComparedImage): string {
    this.#images = [...this.#images, image].slice(-MOST_IMAGES);
    this.#show();
    const others = this.#images.slice(0, -1);
    if (others.length === 0) return `${image.name} is encoded. Choose another image to compare it with.`;
    const similarities = others.map(({ name, features }) => {
      return { name, similarity: similarityOf(features, image.features) };
    });
    const nearest = similarities.reduce((best, next) => (next.similarity > best.similarity ? next : best));
    return `${image.name} is nearest to ${nearest.name}, with a similarity of ${nearest.similarity.toFixed(3)}.`;
  }

  #show(): void {
    const images = this.#images;
    const clear = element('button', { type: 'button', class: 'clear' }, 'Remove all');
    clear.addEventListener('click', () => {
      this.#images = [];
      this.results.replaceChildren();
    });
    const head = element('tr', {}, element('td'), ...images.map((image) => headOf(image, 'col')));
    const rows = images.map((image) =>
      element('tr', {}, headOf(image, 'row'), ...images.map((other) => cellOf(image, other))),
    );
    this.results.replaceChildren(
      element(
        'section',
        { class: 'answer', 'aria-labelledby': 'comparison' },
        element('h2', { id: 'comparison' }, 'Similarities'),
        // A wide table scrolls by itself, with the keyboard too.
        element(
          'div',
          { class: 'table', role: 'region', tabindex: 0, 'aria-labelledby': 'comparison' },
          element('table', {}, element('thead', {}, head), element('tbody', {}, ...rows)),
        ),
        clear,
      ),
    );
  }
}

function headOf({ name, picture }: ComparedImage, scope: 'col' | 'row'): HTMLElement {
  return element('th', { scope }, copyOf(picture), element('span', { class: 'name' }, name));
}

/** Copies a picture; a copied canvas is empty at first. */
function copyOf(picture: HTMLElement): HTMLElement {
  const copy = picture.cloneNode(true) as HTMLElement;
  const [from, to] = [picture.querySelector('canvas'), copy.querySelector('canvas')];
  // The name is shown beside it.
  to?.removeAttribute('aria-label');
  to?.setAttribute('role', 'presentation');
  if (from !== null) to?.getContext('2d')?.drawImage(from, 0, 0);
  return copy;
}

function cellOf(a: ComparedImage, b: ComparedImage): HTMLElement {
  if (a === b) return element('td', { class: 'same' }, '–');
  const similarity = similarityOf(a.features, b.features);
  const cell = element('td', {}, similarity.toFixed(3));
  cell.style.setProperty('--share', String(Math.max(0, similarity)));
  return cell;
}
