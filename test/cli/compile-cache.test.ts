import { keepCompiledCode } from '../../src/cli/compile-cache';

describe('compiled code', () => {
  const before = process.env['FULGUR_CACHE'];
  beforeEach(() => {
    process.env['FULGUR_CACHE'] = '/somewhere';
  });
  afterEach(() => {
    if (before === undefined) delete process.env['FULGUR_CACHE'];
    else process.env['FULGUR_CACHE'] = before;
  });

  it("is kept in Fulgur's cache folder", () => {
    const folders: string[] = [];
    keepCompiledCode({ enableCompileCache: (folder) => folders.push(folder) });
    expect(folders).toEqual(['/somewhere/compiled']);
  });

  it('is not kept by a Node that cannot', () => {
    expect(() => keepCompiledCode({})).not.toThrow();
  });
});
