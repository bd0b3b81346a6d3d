/** Tests of tfjs-core that this backend need not pass, with reasons. */
export interface ExclusionGroup {
  readonly reason: string;
  /** Parts of the tests' full names; `{}` stands for the environment that tfjs-core inserts into each name. */
  readonly tests: readonly (string | RegExp)[];
  /** Tests that run anyway. */
  readonly except?: RegExp;
}

/** The test environment's part of every name, as `describeWithFlags` writes it. */
export const environmentName = 'test-tensorflow';

export const exclusions: readonly ExclusionGroup[] = [
  {
    reason: 'tfjs-node has no such kernel',
    tests: [
      'bitwiseAnd',
      'denseBincount',
      'image.transform',
      'lowerBound',
      'maxPoolWithArgmax',
      'raggedGather',
      'raggedRange',
      'raggedTensorToTensor',
      'searchSorted',
      'sparseFillEmptyRows',
      'sparseReshape',
      'sparseSegmentMean',
      'sparseSegmentSum',
      'stringNGrams',
      'stringSplit',
      'stringToHashBucketFast',
      'upperBound',
    ],
    // tfjs-core checks these arguments before it looks for a kernel.
    except:
      /(different shape|wrong type|throws (error )?(for|if|when) .*|invalid rank|0 dimensional input invalid|(negative|zero) buckets)$/,
  },
  {
    reason: "tfjs-node's pools and transposed convolutions take only the paddings 'valid' and 'same'",
    tests: [
      /^(avgPool|maxPool|maxPoolBackprop|pool|conv2dTranspose) .*p=explicit/,
      /^(avgPool|maxPool) .* p=1 (default dimRoundingMode|dimRoundingMode=)/,
      /^(avgPool3d|maxPool3d) .* p=1 roundingMode=floor/,
      /^avgPool3d .* s=1 p=2$/,
      /^pool .* p=1 fractional outputs default rounding/,
    ],
  },
  {
    reason: "tfjs-node's fused convolution takes only channels last",
    tests: [/^fused conv2d .*NCHW/],
  },
  {
    reason: 'TensorFlow has no kernel for this type',
    tests: [
      'diag {} bool',
      'greater {} should support string comparison',
      'greaterEqual {} should support string comparison',
      'less {} should support string comparison',
      'lessEqual {} should support string comparison',
      'leakyrelu {} int32',
      'step kernel {} with int32 tensor',
    ],
  },
  {
    reason: 'TensorFlow rejects these shapes',
    tests: [
      'avgPool3d {} x=[1,1,1,1,1] f=[1,1,3] s=1 p=valid',
      'conv2dTranspose {} input=8x8x8,output=4x4x8,f=8,s=1,inDepth=8,p=same vec4',
      'scatterND {} should sum the duplicated indices',
      /^scatterND .* should work for (simple 1d|multiple 1d|2d|tensorLike input)/,
    ],
  },
  {
    reason: 'TensorFlow accepts an equation that tfjs rejects',
    tests: ['einsum {} 2d matrix calculate trace', 'einsum {} nonexistent dimension throws error'],
  },
  {
    reason: 'TensorFlow returns different numbers: NaN, rounding of huge angles, the order of random draws',
    tests: [
      'sign {} basic',
      'sign {} does not propagate NaNs',
      'sign {} accepts a tensor-like object',
      'tan {} numbers exceed float32 precision',
      'unique {} 1d tensor with NaN and Infinity',
      'multinomial {} creates the same data given the same seed',
    ],
  },
];

/** Returns the group that excludes a test, or `null` if it should run. */
export function exclusionOf(fullName: string): ExclusionGroup | null {
  const matches = (test: string | RegExp): boolean =>
    typeof test === 'string'
      ? fullName.startsWith(test.replace('{}', `${environmentName} {}`))
      : test.test(fullName);
  return (
    exclusions.find(({ tests, except }) => tests.some(matches) && except?.test(fullName) !== true) ?? null
  );
}
