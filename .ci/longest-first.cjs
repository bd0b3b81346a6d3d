const { existsSync } = require('node:fs');
const { join, relative } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

const root = join(__dirname, '..');

/** Files that take longer than half a minute, longest first: begun late, one of them would run alone at the end. */
const long = [
  'test/ranks/launch.test.ts',
  'test/package/package.test.ts',
  'test/docs/tutorials/tutorials.test.ts',
  'test/run/experiments.test.ts',
  'test/run/killed-teacher.test.ts',
  'test/run/recovery.test.ts',
];

/** Starts long files first; the others follow in Jest's own order. */
module.exports = class LongestFirst extends Sequencer {
  async sort(tests) {
    const missing = long.find((file) => !existsSync(join(root, file)));
    if (missing !== undefined)
      throw new Error(`${missing} does not exist. Correct the list in .ci/longest-first.cjs.`);
    const rankOf = ({ path }) => {
      const rank = long.indexOf(relative(root, path));
      return rank < 0 ? long.length : rank;
    };
    return [...(await super.sort(tests))].sort((a, b) => rankOf(a) - rankOf(b));
  }
};
