import { runCase } from '../../bench/fuzz/outcome';
import type { Group } from '../../bench/fuzz/outcome';

const SEED = 15;

/** The first cases of a group that are defects, with the words that replay them. */
export async function defectsOf(
  group: Group,
  cases: number,
): Promise<{ defects: string[]; accepted: number; refused: number }> {
  const counts = { accepted: 0, refused: 0 };
  const defects: string[] = [];
  for (let number = 0; number < cases; number += 1) {
    const outcome = await runCase(group, SEED, number);
    if (outcome.verdict === 'defect')
      defects.push(`--seed ${SEED} --group ${group.name} --case ${number}: ${outcome.message}`);
    else counts[outcome.verdict] += 1;
  }
  return { defects, ...counts };
}
