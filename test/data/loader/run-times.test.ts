import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(__dirname, '../../..');

/** A user's file: a transform of its own, and a program that loads batches with it. */
function program(language: 'TypeScript' | 'JavaScript', modules: 'ES modules' | 'CommonJS'): string {
  const typed = (type: string): string => (language === 'TypeScript' ? `: ${type}` : '');
  const isEs = modules === 'ES modules';
  const main = `
    await start({ accelerator: 'cpu' });
    const found = [];
    for (const workers of [0, 1, 2]) {
      const options = { batchSize: 3, transform: shade({ factor: 3 }), workers, shuffle: false, seed: 1 };
      const batches = loader(await datasets.open('digits'), options);
      const [batch] = [(await batches.epoch(0)[Symbol.asyncIterator]().next()).value];
      found.push(Array.from(batch.views[0].dataSync()));
      await batches.close();
    }
    console.log(JSON.stringify(found));`;
  return `
    ${isEs ? "import { createRequire } from 'node:module'; import { isMainThread } from 'node:worker_threads';" : ''}
    ${isEs ? 'const load = createRequire(import.meta.url);' : "const load = require; const { isMainThread } = load('node:worker_threads');"}
    const { datasets, loader } = load(${JSON.stringify(join(root, 'src/data/index.ts'))});
    const { start } = load(${JSON.stringify(join(root, 'src/engine/index.ts'))});
    ${isEs ? 'export ' : 'exports.shade = shade; '}function shade(options${typed('{ factor: number }')}) {
      return {
        views: [{ height: 1, width: 1 }],
        spec: { module: ${isEs ? 'import.meta.filename' : '__filename'}, export: 'shade', options },
        plain() { return this; },
        apply(image${typed('any')}, sample${typed('any')}, out${typed('Float32Array')}, [offset]${typed('number[]')}) {
          for (let channel = 0; channel < 3; channel++) out[offset + channel] = sample.index * options.factor + channel;
        },
      };
    }
    ${isEs ? `await Promise.resolve(); if (isMainThread) {${main}}` : `if (isMainThread) void (async () => {${main}})();`}`;
}

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-run-times-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const tsNode = ['-r', require.resolve('ts-node/register')];
const tsx = ['--import', pathToFileURL(require.resolve('tsx')).href];

describe("a transform in a user's file", () => {
  it.each([
    ['TypeScript', 'CommonJS', 'ts-node', tsNode, 'user.ts'],
    ['TypeScript', 'CommonJS', 'tsx', tsx, 'user.ts'],
    ['TypeScript', 'ES modules', 'tsx', tsx, 'user.mts'],
    ['JavaScript', 'ES modules', 'Node itself', tsNode, 'user.mjs'],
  ] as const)('is loaded by loader threads: %s, %s, under %s', (language, modules, _, flags, name) => {
    const file = join(folder, name);
    writeFileSync(file, program(language, modules));
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, file], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        TS_NODE_PROJECT: join(root, 'tsconfig.json'),
        TSX_TSCONFIG_PATH: join(root, 'tsconfig.json'),
      },
    });
    expect(stderr).toBe('');
    const batch = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    expect(JSON.parse(stdout)).toEqual([batch, batch, batch]);
  });
});
