import { rebuildTransform } from '../../../src/data/views';
import { FulgurError } from '../../../src/errors';

describe('rebuilding a transform', () => {
  it('reports what the module of the spec lacks', () => {
    const module = require.resolve('../../../src/data/views/plain');

    expect(() => rebuildTransform({ module, export: 'mosaic', options: {} })).toThrow(
      new FulgurError('config', {
        what: `${module} does not export a function "mosaic".`,
        why: 'Worker threads rebuild view transforms from the module and name in their spec.',
        fix: 'Export the factory of the transform as "mosaic" from that module.',
      }),
    );
  });
});
