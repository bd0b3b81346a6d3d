/**
 * Runs tfjs-core's published backend tests on the engine's backend.
 *
 *   npx ts-node bench/kernel-tests.ts [--filter REGULAR_EXPRESSION]
 *
 * `--filter` selects the tests whose full names match it. The command prints the failures, a table of the skipped tests
 * with reasons, and as the last line {"passed", "failed", "skipped"}; it exits with code 1 if a test failed.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type * as Engine from '../src/engine';
import { coreFolder, loadCoreAsModules } from './kernel-tests/core-as-modules';
import { environmentName, exclusionOf } from './kernel-tests/exclusions';
import { installJasmine, runTests } from './kernel-tests/jasmine';
import type { TestResult } from './kernel-tests/jasmine';

const { filter = '' } = parseArgs({ options: { filter: { type: 'string' } } }).values;
const load = createRequire(__filename);

/** Loads tfjs-core's tests on the engine's backend and runs those that match the filter. */
async function run(kept: RegExp): Promise<TestResult[]> {
  // Hundreds of tests expect an operation to fail, and TensorFlow logs each failure.
  process.env['TF_CPP_MIN_LOG_LEVEL'] = '3';
  loadCoreAsModules();
  const environment = installJasmine();
  // Loaded late: whatever loads tfjs-core must find the hook in place.
  const { start } = load('../src/engine') as typeof Engine;
  const { tensorflowVersion, deviceName } = await start();
  console.log(`tfjs-core's tests on TensorFlow ${tensorflowVersion}, ${deviceName}`);
  for (const part of ['public/chained_ops/register_all_chained_ops.js', 'register_all_gradients.js'])
    load(join(coreFolder, part));
  const { setTestEnvs } = load(join(coreFolder, 'jasmine_util.js')) as { setTestEnvs(list: object[]): void };
  setTestEnvs([{ name: environmentName, backendName: 'tensorflow', flags: {}, isDataSync: true }]);
  load(join(coreFolder, 'tests.js'));
  return withoutConsole(() => runTests(environment, (name) => kept.test(name) && exclusionOf(name) === null));
}

/** Silences the tests' own warnings and tables. */
async function withoutConsole<T>(action: () => Promise<T>): Promise<T> {
  const saved = { ...console };
  for (const method of ['log', 'info', 'warn', 'error', 'table'] as const) console[method] = () => undefined;
  try {
    return await action();
  } finally {
    Object.assign(console, saved);
  }
}

/** Number of passing tests that tfjs-node does not require of its own backend. */
function countIgnoredByTfjsNode(passed: readonly TestResult[]): number {
  const source = readFileSync(load.resolve('@tensorflow/tfjs-node-gpu/dist/run_tests.js'), 'utf8');
  const list = /IGNORE_LIST = \[([\s\S]*?)\n\];/.exec(source)?.[1] ?? '';
  const ignored = Array.from(list.matchAll(/^\s*'(.*)',$/gm), ([, part]) => part!);
  return passed.filter(({ fullName }) => ignored.some((part) => fullName.includes(part))).length;
}

function printTable(rows: readonly (readonly [number, string])[]): void {
  console.log('\nskipped | why\n--------|----');
  for (const [count, reason] of rows) console.log(`${String(count).padStart(7)} | ${reason}`);
}

async function main(): Promise<void> {
  const kept = new RegExp(filter);
  const results = (await run(kept)).filter(({ fullName }) => kept.test(fullName));
  const withStatus = (status: TestResult['status']): TestResult[] =>
    results.filter((result) => result.status === status);
  const [passed, failed, pending, excluded] = [
    withStatus('passed'),
    withStatus('failed'),
    withStatus('pending'),
    withStatus('excluded'),
  ];
  for (const { fullName, failedExpectations } of failed)
    console.log(`\nFAILED ${fullName}\n  ${failedExpectations.map(({ message }) => message).join('\n  ')}`);
  const reasons = new Map<string, number>();
  for (const { fullName } of excluded) {
    const reason = exclusionOf(fullName)?.reason ?? 'excluded by the filter';
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  printTable([
    ...[...reasons].map(([reason, count]) => [count, reason] as const),
    [pending.length, 'tfjs-core declares them pending: broken there, or for browsers'],
  ]);
  console.log(`\n${countIgnoredByTfjsNode(passed)} of the passed tests are ignored by tfjs-node.`);
  const skipped = pending.length + excluded.length;
  console.log(JSON.stringify({ passed: passed.length, failed: failed.length, skipped }));
  process.exitCode = failed.length > 0 ? 1 : 0;
}

void main();
