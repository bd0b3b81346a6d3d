import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import type { Plugin } from 'esbuild';
import * as core from '@tensorflow/tfjs-core';

const corePackage = '@tensorflow/tfjs-core';
const umbrellaPackage = '@tensorflow/tfjs';
const nodePackage = '@tensorflow/tfjs-node-gpu';

/** All that tfjs-node's kernels take from the umbrella package: tfjs-core, its gradients and its chained operations. */
const umbrella = `
require('${corePackage}/dist/register_all_gradients');
require('${corePackage}/dist/public/chained_ops/register_all_chained_ops');
module.exports = require('${corePackage}');
`;

/** Messages of protocol buffers for histograms in TensorBoard's own files, which nothing in Fulgur writes this way. */
const noMessages = 'module.exports = {};';

const banner = `/*!
 * Kernels of @tensorflow/tfjs-node-gpu, and gradients and chained operations of @tensorflow/tfjs-core.
 * Copyright Google LLC. Licensed under the Apache License, Version 2.0: see node-kernels.LICENSE.txt beside this file.
 * Changed by Fulgur's build: bundled into one file, with @tensorflow/tfjs-core as the only package of tfjs and without
 * the protocol buffers. See .packaging/bundle-kernels.ts in Fulgur's repository.
 */`;

const oneCore: Plugin = {
  name: 'one-core',
  setup({ onResolve, onLoad }) {
    const virtual = (text: string) => () => ({ contents: text, resolveDir: __dirname });
    onResolve({ filter: /^@tensorflow\/tfjs-core$/ }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /^@tensorflow\/tfjs$/ }, () => ({ path: 'umbrella', namespace: 'umbrella' }));
    onLoad({ filter: /.*/, namespace: 'umbrella' }, virtual(umbrella));
    onResolve({ filter: /\/api_pb$/ }, () => ({ path: 'messages', namespace: 'messages' }));
    onLoad({ filter: /.*/, namespace: 'messages' }, virtual(noMessages));
    onLoad({ filter: /tfjs-core[/\\]dist[/\\].*\.js$/ }, ({ path }) => ({
      contents: takenFromCore(readFileSync(path, 'utf8')),
    }));
  },
};

/** Where tfjs-core publishes what is in modules of its own whose names it does not export one by one. */
const namespaces: Readonly<Record<string, 'backend_util' | 'broadcast_util' | 'slice_util' | 'util'>> = {
  axis_util: 'backend_util',
  broadcast_util: 'broadcast_util',
  conv_util: 'backend_util',
  selu_util: 'backend_util',
  slice_util: 'slice_util',
  util: 'util',
};

/** What tfjs-core keeps to itself but publishes a way to. */
const reached: Readonly<Record<string, string>> = {
  ENGINE: 'core.engine()',
  getGlobalTensorClass: '() => core.Tensor',
};

/**
 * A module of tfjs-core that imports everything that it can from the package itself, so that there is one tfjs-core in the
 * process; only what the package keeps to itself, such as the gradients of pooling, is bundled.
 */
function takenFromCore(text: string): string {
  const taken = text
    .replace(/^import \{([^}]*)\} from '(\.[^']*)';$/gm, (_line, list: string, from: string) => {
      const names = list.split(',').map((name) => name.trim());
      const sources = names
        .filter((name) => name !== '')
        .map((name) => [name, sourceInCore(name, from)] as const);
      const own = sources.filter(([, source]) => source === null).map(([name]) => name);
      const rest = own.length === 0 ? '' : `import { ${own.join(', ')} } from '${from}'; `;
      return (
        rest +
        sources.flatMap(([name, source]) => (source === null ? [] : [`const ${name} = ${source};`])).join(' ')
      );
    })
    .replace(/^import \* as (\w+) from '[./]*\/(\w+)';$/gm, (line, name: string, module: string) => {
      const namespace = namespaces[module];
      return namespace === undefined ? line : `const ${name} = core.${namespace};`;
    });
  return `const core = require('${corePackage}');\n${taken}`;
}

/** The expression for a name of one of tfjs-core's modules; `null` where the package does not publish it. */
function sourceInCore(name: string, from: string): string | null {
  if (Object.hasOwn(core, name)) return `core.${name}`;
  const namespace = namespaces[basename(from)];
  if (namespace !== undefined && Object.hasOwn(core[namespace], name)) return `core.${namespace}.${name}`;
  return reached[name] ?? null;
}

/** Puts a bundle of tfjs-node's kernels and their declarations in the place of a compiled `node-kernels`. */
export async function bundleKernels(source: string, target: string): Promise<void> {
  const { metafile } = await build({
    entryPoints: [source],
    outfile: `${target}.js`,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['./before-tfjs'],
    plugins: [oneCore],
    banner: { js: banner },
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  requireOneCore(Object.keys(metafile.inputs));
  const declarations = dirname(require.resolve(`${nodePackage}/package.json`));
  for (const name of ['nodejs_kernel_backend', 'tfjs_binding']) {
    const text = readFileSync(join(declarations, 'dist', `${name}.d.ts`), 'utf8');
    writeFileSync(
      join(dirname(target), `${name}.d.ts`),
      text.replaceAll(`'${umbrellaPackage}'`, `'${corePackage}'`),
    );
  }
  const door = readFileSync(`${target}.d.ts`, 'utf8');
  writeFileSync(
    `${target}.d.ts`,
    door
      .replace(/^import '@tensorflow.*\n/m, '')
      .replaceAll(/'@tensorflow\/tfjs-node-gpu\/dist\/(\w+)'/g, "'./$1'"),
  );
  writeFileSync(
    `${target}.LICENSE.txt`,
    `${notice}\n${readFileSync(join(__dirname, 'apache-2.0.txt'), 'utf8')}`,
  );
}

const notice = `node-kernels.js, nodejs_kernel_backend.d.ts and tfjs_binding.d.ts contain parts of TensorFlow.js:
@tensorflow/tfjs-node-gpu 4.22.0 and @tensorflow/tfjs-core 4.22.0.
Copyright Google LLC. Licensed under the Apache License, Version 2.0, which follows.
Fulgur's build has changed them: they are bundled into one file that imports @tensorflow/tfjs-core.
`;

function requireOneCore(inputs: readonly string[]): void {
  const doubled = inputs.filter((path) =>
    /tfjs-core\/dist\/(engine|tensor|kernel_registry|environment|globals)\.js$/.test(path),
  );
  if (doubled.length > 0) throw new Error(`The bundle holds a second tfjs-core: ${doubled.join(', ')}`);
}
