import { rebuildTransform } from '../../../src/data/views';
import { FulgurError } from '../../../src/errors';

describe('rebuilding a transform', () => {
  it('says what the module of the spec lacks', () => {
    const module = require.resolve('../../../src/data/views/plain');

    expect(() => rebuildTransform({ module, export: 'mosaic', options: {} })).toThrow(
      new FulgurError('config', {
        what: `${module} exports no function "mosaic".`,
        why: 'Worker threads build view transforms again from the module and name in their spec.',
        fix: 'Export the factory of the transform as "mosaic" from that module.',
      }),
    );
  });
});
