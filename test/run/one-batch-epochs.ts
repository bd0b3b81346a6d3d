/** Preloaded before an experiment without options: epochs of one batch, of data that need no network. */
import { datasets } from '../../src/data';
import { BatchStream } from '../../src/data/loader/batch-stream';

const { open } = datasets;
const { epoch } = BatchStream.prototype;

Object.assign(datasets, {
  open: ((name, options) => open(name, { ...options, download: false })) satisfies typeof open,
});
BatchStream.prototype.epoch = function (number, options) {
  return epoch.call(this, number, { ...options, limit: 1 });
};
