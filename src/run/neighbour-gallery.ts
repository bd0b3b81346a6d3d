import { escapeHtml, htmlDocument } from '../charts';
import type { Thumbnail } from '../data';
import { modelName } from '../evaluation';
import type { ModelIdentity, Neighbour } from '../evaluation';

/** An image on the page, with its picture if there is one. */
export interface GalleryPicture {
  readonly name: string;
  readonly thumbnail: Thumbnail | null;
}

/** A query image and its nearest neighbours. */
export interface GalleryQuery extends GalleryPicture {
  readonly neighbours: readonly (GalleryPicture & {
    readonly similarity: Neighbour['similarity'];
    /** `null` if it is unknown. */
    readonly className: string | null;
  })[];
}

export interface Gallery {
  readonly queries: readonly GalleryQuery[];
  readonly model: ModelIdentity;
  /** Number of images that were compared. */
  readonly images: number;
}

const style = `
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(9.5rem,45%),1fr));gap:1rem;list-style:none;padding:0;margin:1rem 0}
.gallery li{min-width:0}
.picture{display:block;width:100%;height:auto;aspect-ratio:1;object-fit:contain;background:var(--surface);border-radius:4px;image-rendering:auto}
.none{display:grid;place-items:center;color:var(--muted-text);font-size:.85rem;text-align:center;padding:.5rem}
.query{max-width:14rem}
.name{display:block;font-size:.85rem;margin-top:.3rem}
.bar{display:block;height:4px;background:var(--line);border-radius:2px;margin:.25rem 0}
.bar span{display:block;height:100%;background:var(--series-0);border-radius:2px}
`;

/** Returns a self-contained page that shows each query with its neighbours, the nearest first. */
export function galleryPage({ queries, model, images }: Gallery): string {
  const title =
    queries.length === 1 ? `Nearest to ${queries[0]?.name ?? ''}` : `Nearest to ${queries.length} images`;
  const about = `${images} images, compared by the cosine of their features. Model: ${modelName(model)}.`;
  const body = [
    `<main><h1>${escapeHtml(title)}</h1>`,
    `<p class="muted">${escapeHtml(about)}</p>`,
    ...queries.map((query) => section(query, queries.length > 1)),
    '</main>',
  ].join('\n');
  return htmlDocument({ title, body, style });
}

function section({ neighbours, ...query }: GalleryQuery, isOneOfMany: boolean): string {
  return [
    '<section>',
    isOneOfMany ? `<h2>${escapeHtml(query.name)}</h2>` : '',
    `<figure class="query">${picture(query)}<span class="name">${escapeHtml(query.name)}</span></figure>`,
    '<ol class="gallery">',
    ...neighbours.map(
      (neighbour, i) =>
        `<li>${picture(neighbour)}<span class="name">${i + 1}. ${escapeHtml(neighbour.name)}</span>` +
        `<span class="bar" aria-hidden="true"><span style="width:${(Math.max(0, neighbour.similarity) * 100).toFixed(1)}%"></span></span>` +
        `<span class="muted">${escapeHtml(described(neighbour))}</span></li>`,
    ),
    '</ol>',
    '</section>',
  ].join('\n');
}

function described({ similarity, className }: GalleryQuery['neighbours'][number]): string {
  const near = `similarity ${similarity.toFixed(4)}`;
  return className === null ? near : `${near}, class ${className}`;
}

function picture({ name, thumbnail }: GalleryPicture): string {
  if (thumbnail === null) return '<div class="picture none">no picture found</div>';
  const { address, width, height } = thumbnail;
  return `<img class="picture" src="${address}" width="${width}" height="${height}" alt="${escapeHtml(name)}">`;
}
