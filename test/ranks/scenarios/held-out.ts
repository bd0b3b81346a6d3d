import { heldOutCases } from '../cases';
import { trainTogether } from '../train-together';
import { scenario } from './scenario';

scenario(async (ranks) => {
  const report: Record<string, Awaited<ReturnType<typeof trainTogether>>> = {};
  for (const [name, setup] of Object.entries(heldOutCases)) {
    report[name] = await trainTogether(ranks, setup);
  }
  return report;
});
