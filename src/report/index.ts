export { newestRun, writeReport } from './write-report';
export type { ReportRequest, WrittenReport } from './write-report';
export type { ReportedRun } from './reported-run';
