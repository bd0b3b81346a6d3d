import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { start } from '../../../src/engine';
import { writeGraphModel } from '../../../src/export/tfjs';
import { openBrowser } from '../../browser/open-browser';
import { frozenNetwork, networkImages, networks } from '../networks';
import { difference, expectedFeatures, imageSize, randomImages, smallNetwork } from '../small-network';
import { caseImages, caseShape, expectedOutputs, operationCases, wrongOutputs } from './operation-cases';
import { serveFolders } from './serve-folders';
import type { FileServer } from './serve-folders';

const folder = mkdtempSync(join(tmpdir(), 'fulgur-'));
let server: FileServer;
let browser: Browser;
let page: Page;

/** TensorFlow.js as a page loads it from its packages. */
const scripts = {
  core: 'tf-core.min.js',
  converter: 'tf-converter.min.js',
  'backend-cpu': 'tf-backend-cpu.min.js',
  'backend-webgl': 'tf-backend-webgl.min.js',
  'backend-wasm': 'tf-backend-wasm.min.js',
};

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
  const packages = Object.keys(scripts).map((name): [string, string] => [
    name,
    dirname(require.resolve(`@tensorflow/tfjs-${name}`)),
  ]);
  const tags = Object.entries(scripts).map(([name, file]) => `<script src="/${name}/${file}"></script>`);
  mkdirSync(join(folder, 'page'));
  writeFileSync(join(folder, 'page', 'index.html'), `<!doctype html><title>Model</title>${tags.join('')}`);
  server = await serveFolders({ ...Object.fromEntries(packages), out: folder, page: join(folder, 'page') });
  browser = await openBrowser();
  page = await browser.newPage();
  await page.goto(`${server.address}/page/index.html`);
});

afterAll(async () => {
  await browser.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Loads a model by its address in the page, and runs it on a backend. */
async function featuresInPage(
  backend: 'webgl' | 'wasm',
  model: string,
  values: Float32Array,
  shape: readonly number[],
  dtype: 'float32' | 'int32',
): Promise<number[]> {
  const [features = []] = await outputsInPage(backend, model, values, shape, dtype);
  return features;
}

async function outputsInPage(
  backend: 'webgl' | 'wasm',
  model: string,
  values: Float32Array,
  shape: readonly number[],
  dtype: 'float32' | 'int32',
): Promise<number[][]> {
  const found = await page.evaluate(
    // A text: the page's own TensorFlow.js is not this process's.
    `(async ({ backend, model, values, shape, dtype }) => {
      tf.wasm.setWasmPaths('/backend-wasm/');
      if (!(await tf.setBackend(backend))) throw new Error('no backend ' + backend);
      const loaded = await tf.loadGraphModel(model);
      const images = tf.tensor(values, shape, dtype);
      const outputs = [loaded.predict(images)].flat();
      const data = [];
      for (const output of outputs) data.push(Array.from(await output.data(), Number));
      tf.dispose([images, outputs]);
      loaded.dispose();
      return [tf.getBackend(), tf.memory().numTensors, data];
    })(${JSON.stringify({ backend, model, values: [...values], shape, dtype })})`,
  );
  const [used, left, data] = found as [string, number, number[][]];
  expect([used, left]).toEqual([backend, 0]);
  return data;
}

describe.each(['webgl', 'wasm'] as const)('on the %s backend in Chromium', (backend) => {
  it.each(['float32', 'uint8'] as const)('%s images yield our features', async (kind) => {
    const name = `${backend}-${kind}`;
    mkdirSync(join(folder, name));
    await writeGraphModel(smallNetwork(kind), join(folder, name));
    for (const batch of [1, 5]) {
      const values = randomImages(batch, kind);
      const shape = [batch, imageSize, imageSize, 3];
      const dtype = kind === 'uint8' ? 'int32' : 'float32';
      const found = await featuresInPage(backend, `/out/${name}/model.json`, values, shape, dtype);
      expect(difference(found, expectedFeatures(values, kind))).toBeLessThan(1e-4);
    }
  });
});

it('each operation agrees with TensorFlow, by WebGL in Chromium', async () => {
  const graph = operationCases();
  const out = mkdtempSync(join(folder, 'operations-'));
  await writeGraphModel(graph, out);
  const values = caseImages();
  const outputs = await outputsInPage(
    'webgl',
    `${out.replace(folder, '/out')}/model.json`,
    values,
    caseShape,
    'float32',
  );
  const expected = await expectedOutputs(graph, values);
  const names = graph.outputs.map(({ name }) => name);
  const found = new Map(outputs.map((data, at) => [names[at] ?? '', data]));
  // Shaders' own sine and cosine have 11 bits.
  expect(wrongOutputs(found, expected, (name) => (/^(Sin|Cos)_/.test(name) ? 2 ** -11 : 1e-4))).toEqual([]);
});

// Shaders take seconds to compile, and Node's tests run the same WebAssembly.
const compiled = networks.filter(({ name }) => ['a ResNet-18', 'a vision transformer'].includes(name));

it.each(compiled.map((network) => [network.name, network] as const))(
  '%s computes its features by WebGL in Chromium',
  async (_, network) => {
    const frozen = await frozenNetwork(network);
    const out = mkdtempSync(join(folder, 'network-'));
    await writeGraphModel(frozen.graph, out);
    const { size } = network;
    const address = `${out.replace(folder, '/out')}/model.json`;
    for (const batch of [1, 2]) {
      const values = networkImages(batch, size);
      const found = await featuresInPage('webgl', address, values, [batch, size, size, 3], 'float32');
      expect(difference(found, frozen.features(values))).toBeLessThan(1e-4);
    }
    frozen.dispose();
  },
);
