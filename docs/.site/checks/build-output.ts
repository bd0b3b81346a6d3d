import { stripVTControlCharacters } from 'node:util';
import type { Problem } from '../problem';

/** Lines of a build without a fault. */
const expected = [
  /^$/,
  /^vitepress v\S+$/,
  /^(?:- |✓ |)(?:building client \+ server bundles|rendering pages|generating sitemap)\.\.\.$/,
  /^build complete in \S+$/,
];

/** Returns the problems that the output of `vitepress build` reports: each line that a build without a fault does not print. */
export function problemsOf(code: number | null, output: string): readonly Problem[] {
  const plain = stripVTControlCharacters(output);
  const lines = plain.split(/[\n\r]/).map((line) => line.trim());
  const messages = lines.filter((line) => !expected.some((pattern) => pattern.test(line)));
  if (code !== 0 && messages.length === 0)
    messages.push(`vitepress build ended with code ${String(code)}: ${output}`);
  return messages.map((message) => ({ file: 'docs', line: 0, message }));
}
