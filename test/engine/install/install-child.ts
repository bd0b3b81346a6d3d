/** Installs in a process of its own: `install-child.ts <cache folder> <build as JSON>`; prints what it is told. */
import type { Build } from '../../../src/engine/install/builds';
import { locateTensorFlow } from '../../../src/engine/install';
import { fakeHost } from './fake-tensorflow';

const [cacheFolder = '', build = ''] = process.argv.slice(2);
const host = fakeHost(cacheFolder, [JSON.parse(build) as Build]);

void locateTensorFlow({ accelerator: 'cpu', onProgress: (line) => console.log(line) }, host).then(
  ({ source }) => console.log(`done: ${source}`),
  (error: unknown) => {
    console.log(`failed: ${String(error)}`);
    process.exitCode = 1;
  },
);
