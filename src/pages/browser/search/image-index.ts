import { nearestRows, quantisedIn, quantisedLength, rowOf } from '../../../export/web/quantised';
import type { NearRow, QuantisedFeatures } from '../../../export/web/quantised';
import { thumbnailPath } from '../../../export/web/site';
import type { SiteImages, SiteNames } from '../../../export/web/site';
import { ImageRefusal } from './image-refusal';

/** An image of the site. */
export interface FoundImage extends NearRow {
  readonly name: string;
  /** Its class; `null` if unknown. */
  readonly className: string | null;
  /** Address of its thumbnail; `null` if the site has none. */
  readonly thumbnail: string | null;
}

/** The images of the site, searchable by their features. */
export class ImageIndex {
  private constructor(
    private readonly images: SiteImages,
    private readonly features: QuantisedFeatures,
    private readonly names: SiteNames,
    private readonly base: string,
  ) {}

  /**
   * @param onProgress receives the share of the features that has been loaded.
   * @throws ImageRefusal if a file is missing or has a different length.
   */
  static async load(
    images: SiteImages,
    width: number,
    base: string,
    onProgress: (share: number) => void,
  ): Promise<ImageIndex> {
    const shape = { rows: images.count, width, precision: images.precision };
    const bytes = new Uint8Array(quantisedLength(shape));
    let at = 0;
    for (const part of images.features) {
      const data = await fetchBytes(new URL(part.path, base));
      if (data.length !== part.bytes || at + data.length > bytes.length) throw damaged(part.path);
      bytes.set(data, at);
      at += data.length;
      onProgress(at / bytes.length);
    }
    if (at !== bytes.length) throw damaged(images.names);
    const text = new TextDecoder().decode(await fetchBytes(new URL(images.names, base)));
    return new ImageIndex(images, quantisedIn(bytes.buffer, shape), JSON.parse(text) as SiteNames, base);
  }

  nearest(query: Float32Array, count: number): FoundImage[] {
    return nearestRows(this.features, query, count).map((near) => ({ ...near, ...this.#describe(near.row) }));
  }

  /** Returns the features of one of the site's own images; `null` if they have no direction. */
  featuresOf(row: number): Float32Array | null {
    return rowOf(this.features, row);
  }

  #describe(row: number): Omit<FoundImage, keyof NearRow> {
    const { names, labels, classNames } = this.names;
    const { thumbnails } = this.images;
    const label = labels?.[row] ?? -1;
    return {
      name: names[row] ?? String(row),
      className: label < 0 ? null : (classNames?.[label] ?? String(label)),
      thumbnail: thumbnails === null ? null : new URL(thumbnailPath(thumbnails, row), this.base).href,
    };
  }
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url).catch(() => null);
  if (response?.ok !== true) throw damaged(url.pathname);
  return new Uint8Array(await response.arrayBuffer());
}

function damaged(path: string): ImageRefusal {
  return new ImageRefusal(
    `The site is incomplete: ${path} is missing or has the wrong length. Copy the whole folder again.`,
  );
}
