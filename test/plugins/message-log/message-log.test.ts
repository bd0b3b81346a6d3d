import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageLog } from '../../../plugins/message-log';
import { collapseSentinel } from '../../../plugins/collapse-sentinel';
import { livePage } from '../../../plugins/live-page';
import { rehearse } from '../../../src';

it('keeps what the run said, the bands of its metrics, and how it ended', async () => {
  const fit = await rehearse([messageLog(), collapseSentinel({ watch: 'z', warnBelow: 0.3 })], {
    options: { maxEpochs: 1 },
    batchesPerEpoch: 2,
  });
  const lines = readFileSync(join(fit.folder, 'messages.jsonl'), 'utf8').trimEnd().split('\n');
  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(entries[0]).toMatchObject({ kind: 'started', bands: [{ metric: 'z_std', warnBelow: 0.3 }] });
  expect(entries.at(-1)).toMatchObject({ kind: 'ended', status: 'finished', detail: null });
  fit.dispose();
});

it('tells an interruption from a failure', async () => {
  const fit = await rehearse([messageLog()], {
    options: { maxEpochs: 1 },
    batchesPerEpoch: 2,
    interruptAfter: () => 'Ctrl-C',
  });
  const lines = readFileSync(join(fit.folder, 'messages.jsonl'), 'utf8').trimEnd().split('\n');
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ kind: 'ended', status: 'interrupted' });
  fit.dispose();
});

it("does not keep the address of the run's live page", async () => {
  const fit = await rehearse([messageLog(), livePage({ port: 0 })], {
    options: { maxEpochs: 1 },
    batchesPerEpoch: 2,
  });
  const token = /#([\w-]{43})$/.exec(fit.messages.join('\n'))?.[1] ?? 'no address was told';
  expect(token).toHaveLength(43);
  expect(readFileSync(join(fit.folder, 'messages.jsonl'), 'utf8')).not.toContain(token);
  fit.dispose();
});
