import { encodeFields } from './protobuf';

/** Field numbers of `config.proto` and `rewriter_config.proto`. */
const GRAPH_OPTIONS = 10;
const REWRITE_OPTIONS = 10;
const ARITHMETIC_OPTIMIZATION = 7;
/** `RewriterConfig.Toggle`. */
const OFF = 2;

export interface GraphOptions {
  /** Lets Grappler rewrite arithmetic, such as chains of additions. */
  readonly arithmeticOptimization: boolean;
}

/** A serialised `ConfigProto` that says how a function's graph is optimised. */
export function graphConfig({ arithmeticOptimization }: GraphOptions): Uint8Array {
  const rewrites = encodeFields(arithmeticOptimization ? [] : [[ARITHMETIC_OPTIMIZATION, OFF]]);
  return encodeFields([[GRAPH_OPTIONS, encodeFields([[REWRITE_OPTIONS, rewrites]])]]);
}
