import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bundleScript } from '../src/pages/bundle';
import { pageAssets } from '../src/pages/page-script';

/** Puts the scripts of pages, and what Node takes as one script, into the place of their compiled sources, with licences. */
export async function bundlePages(source: string, target: string): Promise<void> {
  for (const place of ['browser', 'node'] as const) {
    const folder = join(target, place);
    mkdirSync(folder, { recursive: true });
    const entries = readdirSync(join(source, place)).filter((file) => file.endsWith('.ts'));
    for (const entry of entries) {
      const { code, licences } = await bundleScript(join(source, place, entry), place);
      const script = join(folder, basename(entry, '.ts'));
      writeFileSync(`${script}.js`, code);
      writeFileSync(`${script}.LICENSE.txt`, licences);
    }
  }
  for (const [name, from] of Object.entries(pageAssets)) {
    copyFileSync(require.resolve(from), join(target, 'browser', name));
  }
}
