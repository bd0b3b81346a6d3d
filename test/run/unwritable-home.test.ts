import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runChild, small, temporaryFolder } from './child';

const cwd = temporaryFolder();
/** Nobody, not even root, can make a folder below a device. */
const nowhere = '/dev/null';
const unset = { SWC_NATIVE_BINDING_CACHE: '', XDG_CACHE_HOME: '', FULGUR_COMPILED: '' };

function version(env: NodeJS.ProcessEnv) {
  return runChild(small, ['--version'], { cwd, env: { ...unset, HOME: nowhere, ...env } });
}

const compilerFolders = (): string[] => readdirSync(cwd).filter((name) => name.startsWith('fulgur-'));
const ownFolder = `fulgur-compiler-${process.getuid?.() ?? 0}`;

it('without a home that can be written to, the compiler has one folder among the temporary ones', async () => {
  for (let start = 0; start < 2; start++) {
    expect(await version({ TMPDIR: cwd })).toMatchObject({ code: 0, errors: '' });
    expect(compilerFolders()).toEqual([ownFolder]);
  }
  // Where somebody else could have put something into it, it is left alone.
  chmodSync(join(cwd, ownFolder), 0o777);
  expect(await version({ TMPDIR: cwd })).toMatchObject({ code: 0, errors: '' });
  expect(compilerFolders()).toHaveLength(2);
}, 60_000);

it('without any such folder, a message explains what to do', async () => {
  const { code, errors } = await version({ TMPDIR: nowhere });
  expect({ code, errors }).toEqual({
    code: 1,
    errors:
      `Error: Fulgur's compiler of TypeScript cannot start: ENOTDIR: not a directory, mkdir '${nowhere}/${ownFolder}'. ` +
      'It needs a folder that it may write to. Set SWC_NATIVE_BINDING_CACHE to one.\n',
  });
}, 60_000);
