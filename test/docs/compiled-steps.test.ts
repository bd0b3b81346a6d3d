import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileTexts } from '../types/compile-texts';

const root = resolve(__dirname, '../..');
const page = readFileSync(join(root, 'docs/compiled-steps.md'), 'utf8');

it('its code is what the type checker accepts', () => {
  const blocks = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  expect(blocks.length).toBeGreaterThan(0);
  // Pages and type tests lie at different depths.
  const texts = Object.fromEntries(
    blocks.map((text, index) => [`block-${index}`, text.replaceAll("'fulgur'", "'../../src'")]),
  );
  expect(compileTexts(texts)).toEqual(Object.fromEntries(Object.keys(texts).map((name) => [name, []])));
});

it('its links lead somewhere', () => {
  const links = [...page.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path = '']) =>
    join(root, 'docs', path),
  );
  for (const link of links) expect(() => readFileSync(link)).not.toThrow();
});
