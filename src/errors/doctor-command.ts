import { extname } from 'node:path';

/**
 * Returns the command that starts the doctor: `fulgur` in an installed package, npm in a checkout, which is not built.
 *
 * @param file any source file of Fulgur.
 */
export function doctorCommand(file = __filename): string {
  return extname(file) === '.ts' ? 'npm run doctor' : 'npx fulgur doctor';
}
