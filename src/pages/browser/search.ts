import type { Site } from '../../export/web/site';
import { requireElement } from './dom/element';
import { Comparison } from './search/comparison';
import { requireTruePixels } from './search/decode';
import { PageEncoder } from './search/page-encoder';
import type { BackendName } from './search/page-encoder';
import { EvaluationView } from './search/evaluation-view';
import { ImageIndex } from './search/image-index';
import { ImageRefusal } from './search/image-refusal';
import { SearchPage } from './search/search-page';
import { takeImages } from './search/take-images';

const status = requireElement('status', HTMLElement);
const progress = requireElement('progress', HTMLProgressElement);
const base = document.baseURI;

/** The backend that `#backend=wasm` requests, for testing. */
function askedBackend(): BackendName | null {
  const asked = new URLSearchParams(location.hash.slice(1)).get('backend');
  return asked === 'webgl' || asked === 'wasm' ? asked : null;
}

async function loadSite(): Promise<Site> {
  if (location.protocol === 'file:') {
    throw new ImageRefusal(
      'Browsers do not let a page opened from disk read the files beside it. Serve the folder, for example with `python3 -m http.server`, and open its address.',
    );
  }
  const response = await fetch(new URL('site.json', base)).catch(() => null);
  if (response?.ok !== true)
    throw new ImageRefusal('The site is incomplete: site.json is missing. Copy the whole folder again.');
  return (await response.json()) as Site;
}

async function createView(site: Site): Promise<EvaluationView> {
  try {
    return await EvaluationView.create(site.view);
  } catch {
    throw new ImageRefusal(
      'This browser is too old: the page needs WebAssembly SIMD, which all current browsers support.',
    );
  }
}

async function start(): Promise<void> {
  const site = await loadSite();
  requireTruePixels();
  const view = await createView(site);
  const show = (from: number, to: number) => (share: number) => (progress.value = from + (to - from) * share);
  const images = site.images;
  const forIndex = images === null ? 0 : 0.4;
  const index =
    images === null ? null : await ImageIndex.load(images, site.model.featureWidth, base, show(0, forIndex));
  const encoder = await PageEncoder.load(site, base, askedBackend(), show(forIndex, 1));
  progress.hidden = true;
  const results = requireElement('results', HTMLElement);
  const comparison = new Comparison(results);
  const page = new SearchPage({ site, view, encoder, index, comparison, results, status });
  document.documentElement.dataset['backend'] = encoder.backend;
  takeImages((files) => void page.take(files), status);
  page.sayReady();
}

start().catch((error: unknown) => {
  progress.hidden = true;
  status.classList.add('problem');
  status.textContent =
    error instanceof ImageRefusal
      ? error.message
      : `The page could not start: ${error instanceof Error ? error.message : String(error)}`;
});
