import { extname } from 'node:path';

/**
 * How the user starts the doctor: by the command `fulgur` of an installed package, and by npm in a checkout, where it is not built.
 *
 * @param file one of this code's own.
 */
export function doctorCommand(file = __filename): string {
  return extname(file) === '.ts' ? 'npm run doctor' : 'npx fulgur doctor';
}
