import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
/** Rooms that write, read or exchange a run's records. */
const rooms = ['plugins', 'src/contracts', 'src/trainer', 'src/strategy', 'src/run', 'src/evaluation'];

/** Files of these rooms that use JSON itself, and why no number of a record is lost there. */
const exceptions: Readonly<Record<string, string>> = {
  'src/contracts/json-text.ts': 'is the codec',
  'src/trainer/log/log-rules.ts': "shows a metric's name",
  'src/strategy/require-agreement.ts': 'holds texts only',
  'src/run/place.ts': 'holds texts only',
  'plugins/shared/equal-models.ts': 'holds texts only',
  'src/trainer/step/frozen-fields.ts': "shows a field's value",
  'plugins/mlflow-logger/mlflow-client.ts': "is MLflow's protocol",
  'plugins/live-page/feed.ts':
    'sends curves, which count what is not finite, and newest values, of which such are texts',
  'plugins/live-page/http-server.ts': 'sends the same',
  'plugins/live-page/index.ts': 'keeps curves, which count what is not finite',
  'plugins/live-page/other-runs.ts': 'reads rows as records have them, with texts for what is not finite',
  'plugins/live-page/settings-difference.ts': 'shows values of options',
  'src/evaluation/embeddings/csv.ts': 'shows a cell in an error',
  'src/evaluation/model-identity.ts': 'holds names and shapes, and options of a view',
  'src/run/embedding-work.ts': 'holds a name and a whole number',
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
