import type { SiteImages, SiteThumbnails, SiteView } from '../../../export/web/site';
import { element } from '../dom/element';
import type { FoundImage } from './image-index';

/** The duration of an answer in milliseconds; parts that were not needed are omitted. */
export interface Times {
  readonly decode?: number;
  readonly resize?: number;
  readonly model?: number;
  readonly search?: number;
}

/** A question and its answer. */
export interface ShownAnswer {
  readonly title: string;
  /** The query picture. */
  readonly picture: HTMLElement;
  readonly time: string;
  readonly found: readonly FoundImage[];
}

/** Maximum number of answers that stay on the page. */
const MOST_ANSWERS = 12;
let numberOfAnswers = 0;

/** Inserts an answer above the earlier ones. */
export function showAnswer(
  results: HTMLElement,
  { title, picture, time, found }: ShownAnswer,
  images: Pick<SiteImages, 'thumbnails' | 'largestError'> | null,
  onAsk: (image: FoundImage) => void,
): void {
  numberOfAnswers += 1;
  const thumbnails = images?.thumbnails ?? null;
  // Features of poorly trained models differ in the fourth digit.
  const digits = (images?.largestError ?? 0) < 5e-5 ? 4 : 3;
  const id = `answer-${numberOfAnswers}`;
  const section = element('section', { class: 'answer', 'aria-labelledby': id });
  section.append(
    element(
      'div',
      { class: 'asked' },
      picture,
      element('div', {}, element('h2', { id }, title), element('p', { class: 'time' }, time)),
    ),
    element(
      'ol',
      { class: thumbnails === null ? 'near names' : 'near' },
      ...found.map((image) => element('li', {}, buttonOf(image, thumbnails, digits, onAsk))),
    ),
  );
  results.prepend(section);
  while (results.children.length > MOST_ANSWERS) results.lastElementChild?.remove();
}

function buttonOf(
  image: FoundImage,
  thumbnails: SiteThumbnails | null,
  digits: number,
  onAsk: (image: FoundImage) => void,
): HTMLButtonElement {
  const { name, className, similarity } = image;
  const button = element(
    'button',
    { type: 'button', title: 'Find images like this one' },
    ...(thumbnails === null ? [] : [thumbnailOf(image, thumbnails)]),
    element('span', { class: 'name' }, name),
    ...(className === null ? [] : [element('span', { class: 'class' }, className)]),
    element(
      'span',
      { class: 'similarity' },
      element('span', { class: 'hidden' }, 'similarity '),
      similarity.toFixed(digits),
    ),
  );
  button.addEventListener('click', () => onAsk(image));
  return button;
}

/** The picture of one of the site's images; an empty frame if it is missing. */
export function thumbnailOf({ thumbnail }: FoundImage, { isSmall }: SiteThumbnails): HTMLElement {
  const frame = element('span', { class: isSmall ? 'frame small' : 'frame' });
  if (thumbnail === null) return frame;
  const picture = element('img', { src: thumbnail, alt: '', decoding: 'async' });
  picture.addEventListener('error', () => picture.remove());
  frame.append(picture);
  return frame;
}

/** The picture that the model sees. */
export function pictureOf(view: Uint8Array, { height, width }: SiteView, name: string): HTMLElement {
  const canvas = element('canvas', {
    width,
    height,
    role: 'img',
    'aria-label': `${name}, as the model sees it`,
  });
  const context = canvas.getContext('2d');
  if (context !== null) {
    const pixels = context.createImageData(width, height);
    for (let pixel = 0; pixel < width * height; pixel++) {
      pixels.data.set([...view.subarray(pixel * 3, pixel * 3 + 3), 255], pixel * 4);
    }
    context.putImageData(pixels, 0, 0);
  }
  return element('span', { class: Math.max(height, width) <= 64 ? 'frame small' : 'frame' }, canvas);
}

/** `Found in 63 ms: 20 to decode, 4 to resize, 35 for the model, 4 to search.` */
export function timeText(times: Times): string {
  const parts = [
    ['to decode', times.decode],
    ['to resize', times.resize],
    ['for the model', times.model],
    ['to search', times.search],
  ] as const;
  const told = parts.flatMap(([what, time]) => (time === undefined ? [] : [{ what, time }]));
  const whole = told.reduce((sum, { time }) => sum + time, 0);
  const verb = times.search === undefined ? 'Encoded' : 'Found';
  const list = told.map(({ what, time }) => `${formatTime(time)} ${what}`).join(', ');
  return `${verb} in ${formatTime(whole)} ms${told.length > 1 ? `: ${list}` : ''}.`;
}

function formatTime(time: number): string {
  return time < 10 ? time.toFixed(1) : time.toFixed(0);
}
