/** Fulgur's public API, for writing experiments and plugins. */

// Types of chained operations, `x.add(y)`; tfjs-node's kernels bring the methods themselves.
export type {} from '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';

// Must come before tfjs's exports are copied: the engine replaces their random operations with its own.
import './engine';
export * as tf from '@tensorflow/tfjs-core';
export * from './contracts';
// Declares the options of commands and plugins.
export { z } from 'zod';
export {
  BrokenImageError,
  DatasetUnavailableError,
  Sampler,
  datasetNames,
  datasets,
  defineDataset,
  defineBatches,
  defineTransform,
  imageLoader,
  loader,
  runInThread,
  tensorBatches,
  views,
} from './data';
export type {
  BatchesDefinition,
  BatchesFactory,
  BatchingRule,
  BrokenImageRule,
  ByolOptions,
  CustomOperation,
  CropBox,
  CustomOperationOptions,
  DatasetDefinition,
  DatasetFactory,
  DatasetScope,
  DinoOptions,
  FastSiamOptions,
  GrayRange,
  Image,
  ImageDataset,
  ImageLoaderOptions,
  Interpolation,
  LoaderOptions,
  MaeOptions,
  MocoOptions,
  NamedSample,
  NamedSamples,
  OpenOptions,
  OpenedImages,
  PixelOperation,
  PlainOptions,
  SampleKey,
  SampleTensors,
  SamplerOptions,
  SimclrOptions,
  SimsiamOptions,
  SomeViews,
  SourceImage,
  Split,
  SwavOptions,
  TransformDefinition,
  TransformParts,
  TransformSpec,
  VicregOptions,
  View,
  ViewDraws,
  ViewList,
  ViewOptions,
  ViewPixels,
  ViewPlan,
  ViewSize,
  ViewTransform,
} from './data';
export { pageStyle } from './charts';
export { terminalAbilities } from './config';
export type { TerminalAbilities } from './config';
export {
  LostRanksError,
  RandomStream,
  afterStep,
  ambientSeed,
  compile,
  drawSeed,
  drawingAt,
  engineInfo,
  isStarted,
  isTracing,
  liveCounts,
  nextInitialisationStream,
  permutation,
  requireStarted,
  runFrozen,
  runOp,
  sameOnAllRanks,
  seedEverything,
  start,
  stepInput,
  traceOperations,
  withSeed,
} from './engine';
export type {
  Cluster,
  CompileOptions,
  CompiledFunction,
  CompiledGraph,
  DrawPlace,
  EngineInfo,
  Fetched,
  OpAttributeValue,
  OpAttributes,
  OperationTime,
  OperationTrace,
  Purpose,
  RunFrozenOptions,
  StartOptions,
  StreamPosition,
  TracedCall,
} from './engine';
export {
  FulgurError,
  errorKinds,
  formatBytes,
  isInterruption,
  messageOf,
  nearestName,
  suggestion,
} from './errors';
export type { ErrorKind, ErrorParts } from './errors';
export {
  embedSplit,
  evaluateByNeighbours,
  evaluateByProbe,
  evaluateRankMe,
  knnSchema,
  makeEmbeddingMap,
  mapSchema,
  isSameModel,
  missingForJudgement,
  modelName,
  nearest,
  predictByNeighbours,
  probeSchema,
  rankMeOf,
  rankMeSchema,
  readEmbeddings,
  singularValues,
  unitRows,
  writeEmbeddings,
} from './evaluation';
export type {
  EmbedOptions,
  Embeddings,
  FeatureTable,
  KnnOptions,
  KnnResult,
  MapOptions,
  MapSource,
  ModelIdentity,
  Neighbour,
  NeighbourRule,
  ProbeFigures,
  ProbeOptions,
  ProbeResult,
  RankMeOptions,
  RankMeResult,
} from './evaluation';
export { pageScript } from './pages';
export { listOperations, simplify, withUint8Input } from './graph';
export type {
  ChannelNormalization,
  FrozenGraph,
  GraphAttribute,
  GraphConstant,
  GraphDtype,
  GraphFacts,
  GraphNode,
  GraphShape,
  GraphValue,
} from './graph';
export * as losses from './losses';
export { Experiment, HyperParameter, Plugin, definePlugin, experimentData, inject } from './metadata';
export type {
  DataDefinition,
  ExperimentClass,
  ExperimentDefinition,
  HyperParameterRules,
  HyperParameterValue,
} from './metadata';
export * as nn from './nn';
export { decodeSafetensors, encodeSafetensors, ranks } from './nn';
export * as optim from './optim';
export { schedules } from './optim';
export { mapFiles, writeMap } from './report';
export type { EmbeddingMap, MapFiles, MapPictures } from './report';
export { rehearse } from './plugin-kit';
export type { Rehearsal, RehearsalOptions } from './plugin-kit';
export { Encoder, defineCommand, load, run } from './run';
export type {
  Command,
  CommandDefinition,
  CommandResult,
  CommandScope,
  EncodableImage,
  Findings,
  Inspection,
  LoadEncoderOptions,
  RunOptions,
} from './run';
export { SingleDevice, bufferDiffers, differingNames, requireAgreement, soloRanks } from './strategy';
export {
  guardOutput,
  isPathName,
  makeFolder,
  openRegularFile,
  pause,
  readRegularFile,
  replaceFile,
  redacted,
  redactedData,
  runProgram,
  shown,
  startTimer,
  syncFolder,
  withoutLogin,
  untilAborted,
  writeAll,
  writeDurably,
  writeLines,
  writeText,
  writeWhole,
} from './system';
export type {
  FileParts,
  LoginFreeAddress,
  OpenFile,
  Output,
  ProgramOptions,
  ProgramResult,
  RunningTimer,
} from './system';
export { EventBus, Trainer, TrainingModule } from './trainer';
export type { BuiltPlugin, EvaluationResult, FitExtras, FitResult, TrainerParts } from './trainer';
