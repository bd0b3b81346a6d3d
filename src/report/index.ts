export { newestRun, writeReport } from './write-report';
export type { ReportRequest, WrittenReport } from './write-report';
export type { ReportedRun } from './reported-run';
export type { EmbeddingMap, MapPictures } from './map/embedding-map';
export { mapFiles, writeMap } from './map/write-map';
export type { MapFiles } from './map/write-map';
