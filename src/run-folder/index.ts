export { FileClaims } from './file-claims';
export {
  createRunFolder,
  findRunFolder,
  hasCheckpoint,
  holdsCheckpoint,
  untrainedFolder,
} from './run-folder';
export type { RunFolderOptions } from './run-folder';
export { writeRunRecord } from './run-record';
export type { RunRecord } from './run-record';
