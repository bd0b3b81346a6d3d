import { join } from 'node:path';
import { readEnvironment } from '../../config/environment';

/** The folder that downloaded data sets are kept in. */
export function dataFolder(): string {
  return join(readEnvironment().cacheFolder, 'data');
}
