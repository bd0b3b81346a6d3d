import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

// Where C's and tfjs-node's untyped values are made typed ones.
const nativeEdge = ['src/engine/native/**/*.ts', 'src/engine/backend/**/*.ts', 'src/engine/compile/**/*.ts'];

export default tseslint.config(
  // AssemblyScript looks like TypeScript, but its own compiler checks it.
  {
    ignores: [
      'node_modules',
      'dist',
      'coverage',
      'runs',
      'docs/.vitepress/cache',
      'docs/.vitepress/dist',
      '**/*.js',
      '**/*.mjs',
      '**/*.cjs',
      'src/data/views/kernels/assembly/**',
    ],
  },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // An interface of a schema's values gives them a name in the type checker's messages.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/unbound-method': 'off',
      // tfjs declares classes where it means plain records.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true } }],
    },
  },
  {
    // `process.env` and `process.argv` are read in one room, so that every option has one place.
    files: ['src/**/*.ts', 'plugins/**/*.ts'],
    ignores: ['src/config/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Read the environment in src/config.' },
        { object: 'process', property: 'argv', message: 'Read the command line in src/config.' },
      ],
    },
  },
  {
    files: nativeEdge,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // VitePress takes its configuration and its theme as default exports.
    files: ['docs/.vitepress/**/*.mts'],
    rules: { 'no-restricted-exports': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
);
