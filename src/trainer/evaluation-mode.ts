import type { Module } from '../nn';

/** Runs something in evaluation mode and puts every module's own mode back, also of one that was frozen in it. */
export async function inEvaluationMode<T>(root: Module, run: () => Promise<T>): Promise<T> {
  const before = root.modules().map((module) => ({ module, training: module.training }));
  root.eval();
  try {
    return await run();
  } finally {
    // Setting a module's mode sets that of all below it, so modules shared by two owners may take a second round.
    let differing = before;
    while (differing.length > 0) {
      for (const { module, training } of differing) module.train(training);
      differing = before.filter(({ module, training }) => module.training !== training);
    }
  }
}
