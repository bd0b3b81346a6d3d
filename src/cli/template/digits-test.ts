import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from 'fulgur';
import { Digits } from './digits';

void test('the experiment trains for two steps', async () => {
  // A trial writes no files.
  const result = await run(Digits, { args: ['--trainer.fastDevRun', '2', '--data.batchSize', '16'] });
  assert.equal(result?.status, 'finished');
  const { loss = NaN } = result.metrics;
  // A mean of cosines.
  assert.ok(loss >= -1 && loss <= 1, `the loss is ${loss}`);
});
