/** When something was found out about the model. */
export function afterEpochs(epochsTrained: number): string {
  if (epochsTrained === 0) return 'before training';
  return `after ${epochsTrained} epoch${epochsTrained === 1 ? '' : 's'}`;
}
