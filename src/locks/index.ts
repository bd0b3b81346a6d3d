export { acquireLock, lookAtLock, removeLeftLock, tryLock } from './file-lock';
export type { FileLock, LockHolder } from './file-lock';
export { isAlive, thisProcess } from './process-identity';
export type { ProcessIdentity } from './process-identity';
