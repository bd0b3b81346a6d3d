/** A part of the report that shows metrics. */
export interface MetricTopic {
  readonly heading: string;
  readonly about: string;
}

interface TopicRule extends MetricTopic {
  readonly pattern: RegExp;
}

/** The parts in the order of the report; the last one takes all other metrics. */
const rules: readonly TopicRule[] = [
  { heading: 'Loss', about: 'What training minimises.', pattern: /loss/i },
  {
    heading: 'Evaluation during training',
    about: 'The quality of the features, measured on held-out images.',
    pattern: /accuracy|acc\b|rankme|top[15]\b|alignment|uniformity/i,
  },
  {
    heading: 'Collapse',
    about:
      'How widely the vectors of a batch are spread: about 1 is healthy; towards 0, all images get the same vector.',
    pattern: /_std$/,
  },
  {
    heading: 'Learning rate',
    about: 'As used by the optimiser.',
    pattern: /^lr\b|^lr[-_]|learning_?rate|momentum/i,
  },
  {
    heading: 'Throughput',
    about: 'The speed of training, and the time that it spent waiting.',
    pattern: /per_second|wait_share|seconds|memory|cpu|gpu|device/i,
  },
  { heading: 'Other metrics', about: 'Everything else that was logged.', pattern: /(?:)/ },
];

/** Groups metrics by the part of the report in which they are shown; empty parts are omitted. */
export function topicsOf(metrics: readonly string[]): { topic: MetricTopic; metrics: string[] }[] {
  return rules.flatMap((topic) => {
    const own = metrics.filter((metric) => rules.find(({ pattern }) => pattern.test(metric)) === topic);
    return own.length === 0 ? [] : [{ topic, metrics: own }];
  });
}
