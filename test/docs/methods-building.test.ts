import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileTexts } from '../types/compile-texts';

const docs = resolve(__dirname, '../../docs');
const page = readFileSync(join(docs, 'methods-building.md'), 'utf8');

it('the code of docs/methods-building.md that imports what it uses is what the type checker accepts', () => {
  const blocks = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  const whole = blocks.filter((text) => text.startsWith('import '));
  expect(whole.length).toBeGreaterThan(1);
  const texts = Object.fromEntries(
    whole.map((text, index) => [`block-${index}`, text.replaceAll("'fulgur'", "'../../src'")]),
  );
  expect(compileTexts(texts)).toEqual(Object.fromEntries(Object.keys(texts).map((name) => [name, []])));
});

it('its links lead somewhere', () => {
  const links = [...page.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, path = '']) => join(docs, path));
  expect(links.length).toBeGreaterThan(0);
  for (const link of links.filter((path) => path.endsWith('.md')))
    expect(() => readFileSync(link)).not.toThrow();
});
