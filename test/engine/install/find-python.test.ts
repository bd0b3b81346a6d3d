import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, findPythons } from '../../../src/engine/install/find-python';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fulgur-python-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program in `folder/bin` that runs this shell text. */
function program(name: string, text: string): string {
  const file = join(folder, 'bin', name);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

const bin = () => [join(folder, 'bin')];
const realPython = async () => (await findProgram('python3', (process.env['PATH'] ?? '').split(':')))!;

/** A package that fails when it is imported, with the record that pip would leave. */
function installTensorFlow(project: string, version: string): string {
  const site = join(folder, 'site');
  mkdirSync(join(site, 'tensorflow'), { recursive: true });
  writeFileSync(join(site, 'tensorflow', '__init__.py'), 'raise SystemExit("imported")');
  const record = join(site, `${project.replaceAll('-', '_')}-${version}.dist-info`);
  mkdirSync(record, { recursive: true });
  writeFileSync(join(record, 'METADATA'), `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n`);
  return site;
}

describe('the Pythons on the search path', () => {
  it('report their TensorFlow without importing it', async () => {
    const site = installTensorFlow('tensorflow-cpu', '2.21.0');
    const python = program('python3', `PYTHONPATH=${site} exec ${await realPython()} "$@"`);
    expect(await findPythons(bin())).toEqual([
      {
        program: python,
        version: expect.stringMatching(/^3\.\d+\.\d+$/) as string,
        hasPip: true,
        tensorflow: { project: 'tensorflow-cpu', version: '2.21.0', folder: join(site, 'tensorflow') },
      },
    ]);
  });

  it('report that they have no pip', async () => {
    program('python', `exec ${await realPython()} -I -S "$@"`);
    expect(await findPythons(bin())).toMatchObject([{ hasPip: false, tensorflow: null }]);
  });

  it('are passed over if they do not start or do not answer', async () => {
    program('python3', 'exit 3');
    program('python', 'echo Python 2 says hello');
    expect(await findPythons(bin())).toEqual([]);
  });

  it('may not exist', async () => {
    expect(await findPythons([folder])).toEqual([]);
  });
});
