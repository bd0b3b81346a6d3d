export { freeze } from './freeze';
export type { FreezeOptions } from './freeze';
