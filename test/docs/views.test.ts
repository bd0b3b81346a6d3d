import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { views } from '../../src/data';

const page = readFileSync(join(resolve(__dirname, '../../docs'), 'views.md'), 'utf8');

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
