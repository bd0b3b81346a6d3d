import { encodeFields } from './protobuf';

/** Field numbers of `config.proto` and `rewriter_config.proto`. */
const GRAPH_OPTIONS = 10;
const REWRITE_OPTIONS = 10;
const ARITHMETIC_OPTIMIZATION = 7;
const MIXED_BFLOAT16 = 31;
/** `RewriterConfig.Toggle`. */
const ON = 1;
const OFF = 2;

export interface GraphOptions {
  /** Lets Grappler rewrite arithmetic, such as chains of additions. */
  readonly arithmeticOptimization: boolean;
  /** Lets oneDNN compute what bears it in bfloat16: products and convolutions, but no sums, exponentials or losses. */
  readonly bfloat16: boolean;
}

/** A serialised `ConfigProto` that says how a function's graph is optimised. */
export function graphConfig({ arithmeticOptimization, bfloat16 }: GraphOptions): Uint8Array {
  const rewrites = encodeFields([
    ...(arithmeticOptimization ? [] : [[ARITHMETIC_OPTIMIZATION, OFF] as const]),
    ...(bfloat16 ? [[MIXED_BFLOAT16, ON] as const] : []),
  ]);
  return encodeFields([[GRAPH_OPTIONS, encodeFields([[REWRITE_OPTIONS, rewrites]])]]);
}
