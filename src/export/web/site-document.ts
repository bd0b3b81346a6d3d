import { escapeHtml } from '../../charts';
import type { Site } from './site';

/** What the page may load and run: its own files, WebAssembly, and pictures in memory. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Returns the page of a site. Its script fills in what depends on the reader. */
export function siteDocument({ title, identity, fulgur, view, model, images }: Site): string {
  const task =
    images === null
      ? 'Choose two or more images to see how similar the model finds them.'
      : `Choose an image to find the most similar of ${images.count.toLocaleString('en')} images.`;
  const precision =
    images === null
      ? ''
      : `<p>The similarity is the cosine of the angle between the features, from −1 to 1; the values shown are accurate to ${roundedUp(images.largestError)}.</p>`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <title>${escapeHtml(title)}: image search</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="style.css" />
    <script src="search.js" defer></script>
  </head>
  <body>
    <header>
      <h1>${escapeHtml(title)}</h1>
      <p>${task}</p>
    </header>
    <main>
      <label id="drop" class="drop">
        <input id="file" type="file" accept="image/*" multiple disabled />
        <strong>Choose images</strong>
        <span>or drop them anywhere, or paste one</span>
      </label>
      <p class="private">Nothing is sent anywhere: the model runs on this device.</p>
      <noscript><p class="problem">This page needs JavaScript, which is disabled in this browser.</p></noscript>
      <p id="status" role="status">Loading the model…</p>
      <progress id="progress" max="1" value="0" aria-label="Loading"></progress>
      <div id="problems" role="alert"></div>
      <div id="results"></div>
    </main>
    <footer>
      <p>${escapeHtml(identity)}. ${model.featureWidth} features of the centre of each image, resized to ${view.width} × ${view.height} pixels. <span id="backend"></span></p>
      ${precision}
      <p>Made with Fulgur ${escapeHtml(fulgur)}. <a href="LICENSES.txt">Licences</a></p>
    </footer>
  </body>
</html>
`;
}

/** Rounds a number up to one digit: 0.0004 for 0.00031. */
function roundedUp(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, -Math.floor(Math.log10(value)));
  return (Math.ceil(value * 10 ** digits) / 10 ** digits).toFixed(digits);
}
