import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { views } from '../../src/data';
import { compileTexts } from '../types/compile-texts';

const page = readFileSync(join(resolve(__dirname, '../../docs'), 'views.md'), 'utf8');

it('the code of docs/views.md is what the type checker accepts', () => {
  const blocks = [...page.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  const whole = blocks.filter((text) => /^(import|const|\/\/)/.test(text));
  expect([blocks.length, whole.length]).toEqual([5, 4]);
  const texts = Object.fromEntries(
    whole.map((text, index) => [
      `block-${index}`,
      (text.includes('import ')
        ? text
        : `import { views } from 'fulgur';\n${text}export { transform };`
      ).replaceAll("'fulgur'", "'../../src'"),
    ]),
  );
  expect(compileTexts(texts)).toEqual({ 'block-0': [], 'block-1': [], 'block-2': [], 'block-3': [] });
});

it('its table names every transform, with the views that it makes', () => {
  const rows = [...page.matchAll(/^\| `views\.(\w+)` \| ([^|]*?) \|/gm)].map(([, name = '', made = '']) => {
    const counts = [...made.matchAll(/(\d+) of (\d+)/g)].map(([, count, size]) => `${count} of ${size}`);
    return [name, counts.join()];
  });
  const named = { ...views } as unknown as Readonly<Record<string, () => ReturnType<typeof views.plain>>>;
  const ours = rows.map(([name = '']) => {
    const counts = new Map<number, number>();
    for (const { height } of named[name]!().views) counts.set(height, (counts.get(height) ?? 0) + 1);
    return [name, [...counts].map(([size, count]) => `${count} of ${size}`).join()];
  });
  expect(rows).toHaveLength(11);
  expect(ours).toEqual(rows);
});
