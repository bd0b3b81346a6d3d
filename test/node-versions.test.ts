import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeOf } from '../.packaging/node-of';
import { runQuietly } from '../.packaging/run-quietly';
import type { Ended } from '../.packaging/run-quietly';

const root = resolve(__dirname, '..');

/** The oldest Node that Fulgur supports, and a late one of each later line. */
const versions = ['20.19.0', '22.23.3', '24.21.0'];

/** Runs a TypeScript file of this project under a Node of this version, in a folder of its own. */
async function runUnder(version: string, file: string, args: readonly string[], cwd: string): Promise<Ended> {
  const node = await nodeOf(version);
  const tsNode = require.resolve('ts-node/register');
  return runQuietly(node, ['-r', tsNode, join(root, file), ...args], cwd, {
    TS_NODE_PROJECT: join(root, 'tsconfig.json'),
  });
}

it('warns on a Node that is too old', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-node-'));
  try {
    const { output } = await runUnder(
      '18.20.8',
      'experiments/fastsiam.ts',
      ['--data.name', 'nothing'],
      folder,
    );
    expect(output).toContain(
      'WARNING: Fulgur needs Node 20.19 or newer; this is Node 18.20.8, on which it has not been tested. ' +
        'Install Node 24, 22, or at least 20.19.\n',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);

describe.each(versions)('Node %s', (version) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fulgur-node-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('starts the engine and computes', async () => {
    const { code, output } = await runUnder(version, 'src/doctor.ts', ['--accelerator', 'cpu'], folder);
    expect(output).toContain(`ok    Node        ${version}\n`);
    expect(output).toMatch(/^ok {4}Operation {3}1024×1024 matrix product/m);
    expect({ code, output }).toEqual({ code: 0, output });
  }, 600_000);

  it("runs the main job's first steps", async () => {
    const steps = '--data.name digits --trainer.maxSteps 2 --trainer.limitTrainBatches 2 --data.batchSize 16';
    const { code, output } = await runUnder(version, 'experiments/fastsiam.ts', steps.split(' '), folder);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(readdirSync(join(folder, 'runs', 'fastsiam'))).toHaveLength(1);
  }, 600_000);
});
