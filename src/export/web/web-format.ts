import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseModelIdentity } from '../../evaluation';
import type { Json } from '../../contracts';
import type { GraphFormat } from '../export-format';
import { graphModelRuntime, writeGraphModel } from '../tfjs';
import { writeSite } from './write-site';

const modelFolder = 'model';

/** A static site: the model, and a page that runs it in the browser and searches images with it. */
export const webFormat: GraphFormat = {
  name: 'web',
  ending: '',
  layouts: ['nhwc'],
  source: 'graph',
  findsImages: true,
  isPublished: true,
  async write(model, out, images = null) {
    const folder = join(out, modelFolder);
    await mkdir(folder);
    const { name, featureWidth, input, preprocessing, graph } = model;
    // Visitors of the site can read this, so it names no folder of the training machine.
    const metadata = { fulgur: { experiment: name, featureWidth, input, preprocessing } };
    const written = await writeGraphModel(graph, folder, metadata);
    const site = await writeSite(out, model, {
      images,
      identity: identityText(name, model.identity),
      modelFolder,
    });
    const found = site.images;
    return {
      files: [...written.map((file) => `${modelFolder}/${file}`), 'index.html', 'search.js', 'site.json'],
      runtimes: [await graphModelRuntime(folder)],
      notes: [
        found === null
          ? 'The site compares images with each other; with --embeddings FILE it also searches the images of the file.'
          : `The site searches ${found.count} images, with ${found.precision} features: similarities are within ` +
            `${found.largestError.toExponential(1)} of the exact ones.`,
        `Serve it with any web server, for example: python3 -m http.server --bind 127.0.0.1 --directory FOLDER`,
      ],
    };
  },
};

/** `fastsiam after 1,200 updates, averaged weights`. */
function identityText(name: string, identity: Json): string {
  const model = parseModelIdentity(identity);
  if (model === null) return name;
  if (model.checkpoint === null) return `${name} with random weights`;
  const kind = model.weights === 'averaged' ? ', averaged weights' : '';
  return `${name} after ${model.step.toLocaleString('en')} updates${kind}`;
}
