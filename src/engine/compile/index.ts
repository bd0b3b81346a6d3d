export { compile } from './compile';
export type { CompiledFunction, CompileOptions, Fetched } from './compile';
export { afterStep, isInStep, isTracing, stepInput } from './step-scope';
export { hasChanged, noteRead, notingReads, withoutNotingReads } from './field-reads';
export type { FieldRead, NotedReads, Watched } from './field-reads';
export { oncePerTrace } from './once-per-trace';
export { traceOperations } from './operation-trace';
export type { OperationTrace, TracedCall } from './operation-trace';
