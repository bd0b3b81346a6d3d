import { FulgurError } from '../../errors';

/** @throws FulgurError `config` for a path that the data set would not look at. */
export function requireReadPath({
  name,
  path,
}: {
  readonly name: string | null;
  readonly path: string | null;
}): void {
  if (name !== 'digits' || path === null) return;
  throw new FulgurError('config', {
    what: `--data.path is ${path}, and the data set is digits, which lies in no folder.`,
    fix: 'Say what lies there, as by --data.name folder.',
  });
}
