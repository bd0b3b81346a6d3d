export { callerFile, pathOfModule } from './caller-file';
export { replaceFile, syncFolder, writeAll, writeDurably, writeWhole } from './durable-files';
export type { FileParts, OpenFile } from './durable-files';
export { LineCutter } from './line-cutter';
export { withoutLogin } from './login';
export type { LoginFreeAddress } from './login';
export { machineMemory, requireMemory } from './memory';
export type { MemoryNeed } from './memory';
export { isObjectProperty, isPathName, namedValues } from './names';
export { runProgram } from './run-program';
export type { ProgramOptions, ProgramResult } from './run-program';
export { makeFolder, makeFolderAtOnce } from './make-folder';
export {
  openRegularAtOnce,
  openRegularFile,
  readRegularAtOnce,
  readRegularFile,
  readRegularText,
} from './regular-file';
export { guardOutput, guardProcessOutput, writeLines, writeText } from './output';
export type { Output } from './output';
export { hidden, printable, printableLine, redacted, redactedData, shown } from './shown';
export { plainCommand } from './plain-command';
export { pause, startTimer } from './timer';
export type { RunningTimer } from './timer';
export { untilAborted } from './until-aborted';
export { loadModules, moduleExports } from './user-module';
export type { ModuleExports } from './user-module';
