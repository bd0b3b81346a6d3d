import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
/** Rooms that write, read or exchange a run's records. */
const rooms = ['plugins', 'src/contracts', 'src/trainer', 'src/strategy', 'src/run', 'src/evaluation'];

/** Files of these rooms that use JSON directly, and why they lose no number of a record. */
const exceptions: Readonly<Record<string, string>> = {
  'src/contracts/json-text.ts': 'is the codec',
  'src/trainer/log/log-rules.ts': "shows a metric's name",
  'src/strategy/require-agreement.ts': 'contains strings only',
  'src/run/place.ts': 'contains strings only',
  'plugins/shared/equal-models.ts': 'contains strings only',
  'src/trainer/step/frozen-fields.ts': "shows a field's value",
  'plugins/mlflow-logger/mlflow-client.ts': "is MLflow's protocol",
  'plugins/live-page/feed.ts':
    'sends curves, which count non-finite values, and latest values, in which they are strings',
  'plugins/live-page/http-server.ts': 'sends the same',
  'plugins/live-page/index.ts': 'stores curves, which count non-finite values',
  'plugins/live-page/other-runs.ts': 'reads rows as recorded, with strings for non-finite values',
  'plugins/live-page/settings-difference.ts': 'shows values of options',
  'src/evaluation/embeddings/csv.ts': 'shows a cell in an error',
  'src/evaluation/model-identity.ts': 'contains names and shapes, and options of a view',
  'src/run/embedding-work.ts': 'contains a name and a whole number',
  'src/trainer/log/image-log.ts': "shows an image's name",
};

const files = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(room, name)),
);

const usesJson = (file: string) =>
  readFileSync(join(root, file), 'utf8')
    .split('\n')
    .some((line) => /\bJSON\.(stringify|parse)\(/.test(line.replace(/^\s*(\*|\/\/).*/, '')));

describe('records', () => {
  it('are written and read by jsonText and parseJson, which lose no number', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter(usesJson).sort()).toEqual(Object.keys(exceptions).sort());
  });
});
