import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(__dirname, '../..');

// The whole suite is `npx ts-node bench/kernel-tests.ts`.
describe("tfjs-core's own tests", () => {
  it('of the operations that a step is made of pass on this backend', () => {
    const filter =
      '^(conv2d|matmul|fused|round|mean|gather|sum|batchNorm|gradients|topk|cast|string|variable)';
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [resolve(root, 'node_modules/ts-node/dist/bin.js'), 'bench/kernel-tests.ts', '--filter', filter],
      { cwd: root, encoding: 'utf8' },
    );
    expect({ status, failures: stdout.match(/^FAILED .*/gm) ?? [], stderr }).toMatchObject({
      status: 0,
      failures: [],
    });
    const counts = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
    expect(counts['failed']).toBe(0);
    expect(counts['passed']).toBeGreaterThan(350);
  });
});
