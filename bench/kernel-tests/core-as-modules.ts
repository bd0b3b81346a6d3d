import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { dirname, join, sep } from 'node:path';
import { transformSync } from '@swc/core';

/** The parts of Node's module loader that are missing from its type declarations. */
interface Loader {
  _resolveFilename(request: string, ...rest: unknown[]): string;
  _extensions: Record<string, (module: LoadedModule, file: string) => void>;
}

interface LoadedModule {
  exports: object;
  _compile(code: string, file: string): void;
}

/** The folder of tfjs-core's separate modules, including the tests. */
export const coreFolder = dirname(require.resolve('@tensorflow/tfjs-core/dist/tf-core.node.js'));

/**
 * Makes `require` load tfjs-core as its separate ES modules, for every importer. The tests are such modules, and they
 * must share one copy of tfjs-core with the backend. It must run before anything loads tfjs-core.
 */
export function loadCoreAsModules(): void {
  const loader = Module as unknown as Loader;
  const resolve = loader._resolveFilename.bind(loader);
  loader._resolveFilename = (request, ...rest) =>
    request === '@tensorflow/tfjs-core' ? join(coreFolder, 'index.js') : resolve(request, ...rest);
  const load = loader._extensions['.js']!;
  loader._extensions['.js'] = (module, file) => {
    if (!file.startsWith(coreFolder + sep)) {
      load(module, file);
      return;
    }
    const { code } = transformSync(readFileSync(file, 'utf8'), {
      filename: file,
      jsc: { target: 'es5' },
      module: { type: 'commonjs', ignoreDynamic: true },
      sourceMaps: false,
      inputSourceMap: false,
    });
    module._compile(code, file);
    // The exports of the package itself are writable; the engine installs its random operations there.
    if (file === join(coreFolder, 'index.js')) module.exports = { ...module.exports };
  };
}
