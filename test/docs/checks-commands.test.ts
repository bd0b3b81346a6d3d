import { commandProblems } from '../../docs/.site/checks/commands';

const found = (file: string, ...lines: string[]): string[] =>
  commandProblems(file, lines.join('\n')).map(
    ({ line, message }) => `${line} ${message.replace(/\s+/g, ' ')}`,
  );

it('accepts commands that exist, with options and values that they know', () => {
  const page = [
    'Run `npx fulgur train fastsiam knn --checkpoint last --knn.k 20`, `npx fulgur list` or `npm run build`.',
    '```bash',
    'npm ci && FULGUR_CACHE=a npx ts-node experiments/fastsiam.ts --trainer.maxEpochs 2 \\',
    "  --lr 0.1 > 'a # b.log'   # and more",
    'npx ts-node mine.ts visualise --visualise.count 3 | head; bash .ci/run',
    'torchrun --no-python npx ts-node experiments/fastsiam-distributed.ts --initialWeights FILE',
    '```',
  ];
  expect(found('docs/a.md', ...page)).toEqual([]);
});

it('names commands, scripts, files and options that do not exist, and wrong values', () => {
  const page = [
    '`npx fulgur trian fastsiam`, `npm run biuld`, `bash .ci/rum`',
    '```bash',
    'npx ts-node experiments/fastsiam.ts --trainer.maxEpoch 2',
    'npx ts-node experiments/fastsiam.ts --trainer.precision 16',
    'npx fulgur train fastsiam --initialWeight FILE && npx ts-node experiments/fast.ts',
    'npx ts-node bench/views.ts --seconds 3 --image a && npx fulgur doctor --yaml',
    'npx ts-node my-experiment.ts export --format onx',
    '```',
  ];
  const all = found('docs/a.md', ...page);
  // Wrong options of an experiment are reported in its own words.
  expect(all).toEqual([
    "1 npx fulgur trian fastsiam: Unknown command 'trian'. Use one of: train, init, list, report, doctor.",
    expect.stringMatching(/^1 npm run biuld: Unknown script 'biuld'\. Use one of: kernels, build, /),
    '1 bash .ci/rum: .ci/rum does not exist.',
    expect.stringContaining('3 npx ts-node experiments/fastsiam.ts --trainer.maxEpoch 2'),
    expect.stringContaining('4 npx ts-node experiments/fastsiam.ts --trainer.precision 16'),
    "5 npx fulgur train fastsiam --initialWeight FILE: Unknown option '--initialWeight'.",
    '5 npx ts-node experiments/fast.ts: experiments/fast.ts does not exist.',
    expect.stringContaining("6 npx ts-node bench/views.ts --seconds 3 --image a: Unknown option '--image'."),
    "6 npx fulgur doctor --yaml: Unknown option '--yaml'. Use one of: json, accelerator.",
    expect.stringContaining('7 npx ts-node my-experiment.ts export --format onx'),
  ]);
});

it('reads the examples in the head of a file', () => {
  const code = [
    '/**',
    ' * Measures.',
    ' *',
    ' *   npx ts-node bench/views.ts [--size 32] [--image FILE]',
    ' */',
    '// npm run none',
  ];
  expect(found('bench/a.ts', ...code)).toEqual([
    expect.stringContaining("4 npx ts-node bench/views.ts --size 32 --image FILE: Unknown option '--image'."),
  ]);
});
