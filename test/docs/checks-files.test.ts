import { pages, sources } from '../../docs/.site/checks/files';

it('the checks also read templates, the form of pull requests and the configuration of tools', () => {
  expect(pages()).toEqual(
    expect.arrayContaining([
      'README.md',
      'docs/data.md',
      '.github/pull_request_template.md',
      'src/cli/template/README.md',
    ]),
  );
  expect(sources()).toEqual(
    expect.arrayContaining([
      'src/index.ts',
      'docs/.vitepress/config.mts',
      'compiler.cjs',
      'eslint.config.mjs',
    ]),
  );
  expect(sources().filter((file) => /\.d\.m?ts$/.test(file))).toEqual([]);
});
