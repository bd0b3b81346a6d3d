/**
 * Checks the documentation: `npm run docs:check`, or `npm run docs:check -- NAME...` for some of the checks.
 */
import { checks } from './checks';
import type { Check } from './problem';

/** Runs the checks and prints their problems; returns the number of problems. */
export async function runChecks(
  selected: readonly Check[],
  print: (line: string) => void = console.log,
): Promise<number> {
  let count = 0;
  for (const { name, run } of selected) {
    const start = performance.now();
    const problems = await run();
    for (const { file, line, message } of problems) print(`${file}:${line}: ${message}`);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    print(`docs ${name}: ${problems.length === 0 ? 'ok' : `${problems.length} problems`} (${seconds} s)`);
    count += problems.length;
  }
  return count;
}

/** Selects checks by name; all of them without a name. */
export function selectChecks(names: readonly string[]): readonly Check[] {
  const known = checks.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`Unknown check '${unknown}'. Use one of: ${known.join(', ')}.`);
  }
  return names.length === 0 ? checks : checks.filter(({ name }) => names.includes(name));
}

if (require.main === module) {
  void runChecks(selectChecks(process.argv.slice(2))).then((count) => {
    process.exitCode = count === 0 ? 0 : 1;
  });
}
