export { rehearse } from './rehearse';
export type { Rehearsal, RehearsalOptions } from './rehearse';
