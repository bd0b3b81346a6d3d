import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleScript } from '../../src/pages/bundle';
import { keptBundle } from '../../src/pages/kept-bundle';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-pages-'));
  writeFileSync(join(folder, 'index.ts'), "export { two } from './two';\nexport { read } from './read';\n");
  writeFileSync(join(folder, 'two.ts'), 'export const two: number = 2;\n');
  writeFileSync(
    join(folder, 'read.ts'),
    "import { readFileSync } from 'node:fs';\nexport const read = (): string => readFileSync('a', 'utf8');\n",
  );
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(text: string): string {
  const entry = join(folder, 'page.ts');
  writeFileSync(entry, text);
  return entry;
}

describe('bundleScript', () => {
  it('omits what a page does not use of an index, including the Node modules that it needs', async () => {
    const { code, sources } = await bundleScript(
      write("import { two } from './index';\ndocument.title = `${two} </script>`;\n"),
      'browser',
    );
    expect(code).toBe('(()=>{document.title=`${2} <\\/script>`;})();\n');
    expect(sources).toContain(join(folder, 'two.ts'));
  });

  it('rejects a page that needs Node', async () => {
    const entry = write("import { read } from './index';\ndocument.title = read();\n");
    await expect(bundleScript(entry, 'browser')).rejects.toThrow(
      new Error("a script for browsers needs Node's node:fs"),
    );
  });
});

describe('keptBundle', () => {
  it('rebuilds a script only if one of its sources has changed', async () => {
    const entry = write("import { two } from './two';\ndocument.title = String(two);\n");
    const place = join(folder, 'kept');
    const first = await keptBundle(entry, 'browser', place);
    expect(await keptBundle(entry, 'browser', place)).toEqual(first);
    writeFileSync(join(folder, 'two.ts'), 'export const two: number = 22;\n');
    const second = await keptBundle(entry, 'browser', place);
    expect(second.code).toBe(first.code.replace('2', '22'));
  });
});
