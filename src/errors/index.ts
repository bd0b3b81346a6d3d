export { doctorCommand } from './doctor-command';
export { formatBytes } from './format-bytes';
export { FulgurError, isInterruption } from './fulgur-error';
export type { ErrorKind, ErrorParts } from './fulgur-error';
export { messageOf } from './message-of';
export { nearestName, suggestion } from './suggestion';
export { shortened, valueText } from './value-text';
