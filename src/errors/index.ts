export { FulgurError } from './fulgur-error';
export type { ErrorKind, ErrorParts } from './fulgur-error';
