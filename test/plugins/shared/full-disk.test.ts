import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvent, readRecords } from '../tensorboard-logger/event-reader';

const script = `
mount -t tmpfs -o size=300k tmpfs "$DISK"
"$NODE" -r "$TS_NODE" "$WRITER" "$DISK"
`;

interface Outcome {
  readonly said: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

let disk: string;
beforeEach(() => (disk = mkdtempSync(join(tmpdir(), 'fulgur-full-'))));
afterEach(() => rmSync(disk, { recursive: true }));

// A disk of one's own needs a mount, which a user may make only in a namespace of their own.
const mayMount = spawnSync('unshare', ['-Urm', 'true']).status === 0;

(mayMount ? it : it.skip)(
  'everything that writes to a full disk reports it, and leaves whole records only',
  () => {
    const { stdout, stderr } = spawnSync('unshare', ['-Urm', 'sh', '-c', script], {
      encoding: 'utf8',
      maxBuffer: 1 << 24,
      env: {
        ...process.env,
        DISK: disk,
        NODE: process.execPath,
        TS_NODE: require.resolve('ts-node/register'),
        WRITER: join(__dirname, 'full-disk-writer.ts'),
      },
    });
    expect(stderr).toBe('');
    const { said, files } = JSON.parse(stdout) as Outcome;

    const full = (file: string): string =>
      `/${file} cannot be written: ENOSPC: no space left on device, write. `;
    const room = 'Free space on the disk or make the folder writable.';
    const waiting = `390 rows of metrics wait in memory; nothing in the file was lost. ${room}`;
    expect(said).toEqual({
      csv: full('metrics.csv') + waiting,
      jsonl: full('metrics.jsonl') + waiting,
      journal: full('mlflow.jsonl') + waiting,
      events: full('events') + waiting,
      record: full('knn.jsonl') + room,
      'written at once': full('last.json') + room,
      'run record': full('config.yaml') + room,
      prediction: full('last.predict.safetensors') + room,
      'prediction put together': full('last.predict.safetensors') + room,
    });

    const contents = (name: string) => Buffer.from(files[name] ?? '', 'base64');
    const lines = (name: string) => contents(name).toString().split('\n').slice(0, -1);
    const steps = Array.from({ length: 401 }, (_, step) => step);
    expect(Object.keys(files).sort()).toEqual([
      'events',
      'knn.jsonl',
      'metrics.csv',
      'metrics.jsonl',
      'mlflow.jsonl',
    ]);
    expect(lines('metrics.csv')).toEqual([
      'epoch,step,loss,accuracy,rate',
      ...steps.map((step) => `0,${step},${step + 0.12345678901234},${1 / (step + 3)},0.1`),
    ]);
    for (const [name, skipped] of [
      ['metrics.jsonl', 0],
      ['mlflow.jsonl', 1],
    ] as const) {
      const rows = lines(name)
        .slice(skipped)
        .map((line) => JSON.parse(line) as { step: number });
      expect(rows.map(({ step }) => step)).toEqual(steps);
    }
    expect(readRecords(contents('events')).map((record) => readEvent(record).step)).toEqual(steps);
    expect(lines('knn.jsonl').map((line) => (JSON.parse(line) as { globalStep: number }).globalStep)).toEqual(
      [1],
    );
  },
);
