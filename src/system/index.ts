export { machineMemory, requireMemory } from './memory';
export type { MemoryNeed } from './memory';
export { pause, startTimer } from './timer';
export type { Timer } from './timer';
