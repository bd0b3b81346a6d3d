/** Prints what the reference's generator says of faults. TypeDoc does not run in Jest. */
import { apiPages } from '../../../docs/.site/reference/api-pages';
import { Places } from '../../../docs/.site/reference/places';
import { readApi } from '../../../docs/.site/reference/read-api';

async function complaintOf(...files: readonly string[]): Promise<string> {
  try {
    const { project } = await readApi(
      files.map((file) => `test/docs/reference/faults/${file}`),
      [],
    );
    apiPages(new Places(project));
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

async function main(): Promise<void> {
  const complaints = [await complaintOf('silent.ts', 'told.ts'), await complaintOf('broken-link.ts')];
  process.stdout.write(JSON.stringify(complaints));
}

void main();
