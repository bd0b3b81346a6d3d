import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runChild, small, temporaryFolder } from './child';

const cwd = temporaryFolder();
const root = resolve(__dirname, '../..');
const run = `"$NODE" -r "$TS_NODE" "$EXPERIMENT" --trainer.defaultRootDir "$DISK/runs"`;

/** A disk of 2.5 MB, on which a second checkpoint has no room; it grows before the run is resumed. */
const script = `
mount -t tmpfs -o size=2500k tmpfs "$DISK"
${run}; echo "exit $?"
mount -o remount,size=64m "$DISK"
${run} --resume last; echo "exit $?"
sha256sum "$DISK/runs/small/version_0/checkpoints/epoch=1-step=8/model.safetensors" "$DISK/runs/small/version_0/metrics.csv"
`;

// A disk of one's own needs a mount, which a user may make only in a namespace of their own.
const mayMount = spawnSync('unshare', ['-Urm', 'true']).status === 0;

(mayMount ? it : it.skip)(
  'a full disk ends a run with one error message and loses nothing: with free space again, the run resumes bit for bit',
  async () => {
    const disk = join(cwd, 'disk');
    mkdirSync(disk);
    const { stdout, stderr } = spawnSync('unshare', ['-Urm', 'sh', '-c', script], {
      cwd,
      encoding: 'utf8',
      env: {
        ...process.env,
        DISK: disk,
        NODE: process.execPath,
        TS_NODE: require.resolve('ts-node/register'),
        EXPERIMENT: join(root, small),
        TS_NODE_PROJECT: join(root, 'tsconfig.json'),
        FULGUR_DEBUG: '',
      },
    });
    const folder = join(disk, 'runs', 'small', 'version_0');
    expect(stderr).toBe(
      "Error: Plugin 'checkpointing' failed in onTrainEpochEnd: " +
        `${folder}/checkpoints/epoch=0-step=4 could not be written: ENOSPC: no space left on device, write. ` +
        'Earlier checkpoints are untouched. ' +
        'Free space on the disk or make the folder writable, then resume with --resume last.\n' +
        'Set FULGUR_DEBUG=1 to see where it occurred.\n',
    );
    expect(stdout.match(/^exit \d+$/gm)).toEqual(['exit 1', 'exit 0']);

    expect(await runChild(small, [], { cwd })).toMatchObject({ code: 0 });
    const whole = join(cwd, 'runs', 'small', 'version_0');
    const sums = [join('checkpoints', 'epoch=1-step=8', 'model.safetensors'), 'metrics.csv'].map((file) =>
      createHash('sha256')
        .update(readFileSync(join(whole, file)))
        .digest('hex'),
    );
    expect(stdout.match(/^[0-9a-f]{64}/gm)).toEqual(sums);
  },
);
