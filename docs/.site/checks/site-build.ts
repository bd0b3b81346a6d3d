import { spawn } from 'node:child_process';
import { generate } from '../generate';
import { root } from '../paths';
import type { Check, Problem } from '../problem';
import { problemsOf } from './build-output';

/** Builds the site: each warning of the build is a problem. */
export const siteBuild: Check = {
  name: 'site',
  async run(): Promise<readonly Problem[]> {
    await generate();
    const { code, output } = await build();
    return problemsOf(code, output);
  },
};

function build(): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    // Pages leave much garbage: with more room for new objects, less time is spent on it.
    const words = ['--max-semi-space-size=64', 'node_modules/vitepress/bin/vitepress.js', 'build', 'docs'];
    const child = spawn(process.execPath, words, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    let output = '';
    const add = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, output });
    });
  });
}
