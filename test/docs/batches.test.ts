import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileTexts } from '../types/compile-texts';

const docs = resolve(__dirname, '../../docs');
const page = readFileSync(join(docs, 'batches.md'), 'utf8');

it('the code of docs/batches.md is what the type checker accepts', () => {
  const blocks = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  expect(blocks).toHaveLength(2);
  const texts = Object.fromEntries(
    blocks.map((text, index) => [`block-${index}`, text.replaceAll("'fulgur'", "'../../src'")]),
  );
  expect(compileTexts(texts)).toEqual({ 'block-0': [], 'block-1': [] });
});

it('its links lead somewhere', () => {
  const links = [...page.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path = '']) => join(docs, path));
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(() => readFileSync(link)).not.toThrow();
});
