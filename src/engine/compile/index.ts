export { compile } from './compile';
export type { CompiledFunction, CompileOptions, Fetched } from './compile';
export { afterStep, isTracing, stepInput } from './step-scope';
export { oncePerTrace } from './once-per-trace';
export { traceOperations } from './operation-trace';
export type { OperationTrace, TracedCall } from './operation-trace';
