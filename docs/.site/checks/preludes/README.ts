import { defineDataset, z } from '../../../../src';

export { fastSiamLoss } from '../../../../experiments/fastsiam';

export const photoList = defineDataset({
  export: 'photoList',
  options: z.strictObject({ csv: z.string() }),
  open: () => ({ length: 0, read: () => Promise.reject(new Error('no photo')) }),
});
