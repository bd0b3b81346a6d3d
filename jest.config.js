// Jest's own process.env is a copy, which TensorFlow does not see.
process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';

// Processes that tests start compile each file once among them.
process.env.FULGUR_COMPILED ??= require('node:path').join(__dirname, 'node_modules', '.cache', 'compiled');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: { '\\.ts$': '@swc/jest', 'node_modules/hyparquet(-writer)?/.*\\.js$': '@swc/jest' },
  // ES modules, which jest cannot load as they are.
  transformIgnorePatterns: ['/node_modules/(?!hyparquet(-writer)?/)'],
  // A global of Jest's sandbox takes long to look up, which is felt in loops over numbers.
  sandboxInjectedGlobals: ['Math', 'Number'],
  testTimeout: 120_000,
  maxWorkers: 2,
  testSequencer: '<rootDir>/.ci/longest-first.cjs',
};
