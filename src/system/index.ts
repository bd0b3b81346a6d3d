export { LineCutter } from './line-cutter';
export { machineMemory, requireMemory } from './memory';
export type { MemoryNeed } from './memory';
export { runProgram } from './run-program';
export type { ProgramOptions, ProgramResult } from './run-program';
export { pause, startTimer } from './timer';
export type { Timer } from './timer';
