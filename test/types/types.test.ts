import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileTexts } from './compile-texts';
import type { Verdicts } from './compile-texts';

const imports = [
  "import { Experiment, HyperParameter, Plugin, TrainingModule, definePlugin, inject, losses, nn, optim, run, tf, tokens, views } from '../../src';",
  "import type { Gradients, HookContext, Notify, RunEventSource, PluginFolder, RunSettings, Token, ViewBatch } from '../../src';",
  "import { checkpointing } from '../../plugins/checkpointing'; import { collapseSentinel } from '../../plugins/collapse-sentinel';",
  "import { csvLogger } from '../../plugins/csv-logger'; import { progressBar } from '../../plugins/progress-bar';",
  "import { fastSiamLoss } from '../../experiments/fastsiam'; import { resolve } from '../../src/container/build-plugins'; import type { Container } from 'inversify';",
];

/** The command that docs/commands.md shows. */
const [, commandOfPage = ''] =
  /```ts\n(?:\/\/.*\n)?(import[^]*?)```/.exec(
    readFileSync(join(__dirname, '../../docs/commands.md'), 'utf8'),
  ) ?? [];

/** The examples of the README that begin with a decorator. */
const examples = [
  ...readFileSync(join(__dirname, '../../README.md'), 'utf8').matchAll(/^```ts\n(@[^]*?)^```$/gm),
].map(([, text = '']) => text);

function plugin(...members: readonly string[]): string {
  return ["@Plugin({ name: 'bell' })", 'class Bell {', ...members, '}'].join('\n');
}

/** Experiments by name: what their modules' type says, and their plugins. */
function monitors<Name extends string>(
  experiments: Readonly<Record<Name, readonly [module: string, plugins: string]>>,
): Record<Name, string> {
  const text = ([module, plugins]: readonly [string, string]): string =>
    [
      `@Experiment({ name: 'a', plugins: [${plugins}] })`,
      `class A extends TrainingModule<${module}> {`,
      '  forward() {}',
      '  override trainingStep() { return tf.scalar(1); }',
      '  override configureOptimizers() { return optim.sgd(this.parameters(), { learningRate: 1 }); }',
      '}',
    ].join('\n');
  const entries = Object.entries<readonly [string, string]>(experiments);
  return Object.fromEntries(entries.map(([name, parts]) => [name, text(parts)])) as Record<Name, string>;
}

const texts = {
  rightPlugin: plugin(
    'constructor(@inject(tokens.notify) private readonly notify: Notify) {}',
    'onTrainEnd() {}',
    'async onFitStart({ progress }: HookContext) { this.notify("info", String(progress.epoch)); }',
    "onTrainBatchStart() { return 'end-epoch' as const; }",
    'onAfterBackward(gradients: Gradients) { return gradients; }',
    'setup() {}',
    'once() {}',
    'readonly onward = true;',
  ),
  misspelt: plugin('onTrainEnds() {}'),
  otherCase: plugin('tearDown() {}'),
  tooMuch: plugin('onTrainEnd(context: HookContext, grade: number) {}'),
  otherArgument: plugin('onTrainBatchEnd(loss: number) {}'),
  otherResult: plugin("onTrainBatchStart() { return 'end' as const; }"),
  waitingStepHook: plugin('async onAfterBackward(gradients: Gradients) { return gradients; }'),
  nameless: '@Plugin({})\nclass Bell {}',
  provider: [
    "@Plugin({ name: 'bell', provides: [tokens.checkpointReader] })",
    'class Bell { teardown() {} }',
    "@Plugin({ name: 'sink', provides: [tokens.evaluationWeights] })",
    'class Sink { readonly exist = true; readonly standIn = false; swapIn() {} swapOut() {} }',
  ].join('\n'),
  module: [
    'class Classifier extends TrainingModule<ViewBatch> {',
    '  forward() {}',
    '  override trainingStep() { return tf.scalar(1); }',
    '  override configureOptimizers() { return optim.sgd(this.parameters(), { learningRate: 1 }); }',
    '  override onTrainEnds() {}',
    '}',
  ].join('\n'),
  experiment: [
    "@Experiment({ name: 'a', trainer: { maxEpoch: 1 } }) class A {}",
    "@Experiment({ name: 'a', trainer: { maxEpochs: '1' } }) class B {}",
    "@Experiment({ name: 'a', plugins: [checkpointing] }) class C {}",
    'run(A);',
  ].join('\n'),
  commandOfPage: commandOfPage.replace("'fulgur'", "'../../src'"),
  optionSection: [
    "import { option, optionSection, z } from '../../src';",
    "optionSection({ one: option(z.int().default(1), 'free', 'a number') });",
    'optionSection({ two: z.int().default(1) });',
    "option(z.int().default(1), 'freely', 'a number');",
  ].join('\n'),
  command: [
    "import { defineCommand, z } from '../../src';",
    "const draw = defineCommand({ name: 'draw', help: '', options: { count: z.int().default(1) }, run: (scope) =>",
    "scope.inspect('', async () => { await scope.write('.txt', String(scope.options.count.toFixed(1) + scope.options.size)); }) });",
    "@Experiment({ name: 'a', commands: [draw, 'test'] }) class A {}",
  ].join('\n'),
  options: [
    'checkpointing({ everyNEpoch: 1 });',
    "checkpointing({ mode: 'large' });",
    'views.fastSiam({ inputSizes: 32 });',
  ].join('\n'),
  hyperparameters: [
    'class A {',
    '@HyperParameter({ min: 0 }) lr = 0.06;',
    '@HyperParameter({}) widths = [64, 128];',
    "@HyperParameter({ min: '0' }) momentum = 0.9;",
    '}',
  ].join('\n'),
  ...monitors({
    anyMetric: ['ViewBatch', "checkpointing({ monitor: 'no_such' })"],
    loggedByModule: ['ViewBatch, "loss" | "val_loss"', "checkpointing({ monitor: 'val_loss' })"],
    epochOfIt: ['ViewBatch, "loss"', "checkpointing({ monitor: 'loss_epoch' }), progressBar()"],
    loggedByPlugin: [
      'ViewBatch, "loss"',
      "collapseSentinel({ watch: 'z' }), checkpointing({ monitor: 'z_std', mode: 'max' })",
    ],
    loggedByNobody: ['ViewBatch, "loss"', "checkpointing({ monitor: 'val_loss' }), csvLogger()"],
  }),
  batches: [
    "import { defineBatches, tensorBatches } from '../../src';",
    'interface Points { readonly x: tf.Tensor2D } interface Other { readonly y: tf.Tensor2D }',
    "const points = defineBatches({ name: 'points', open: (_, scope) => ({ train: tensorBatches({ x: tf.zeros<tf.Rank.R2>([4, 2]) }, scope) }) });",
    'abstract class OnPoints extends TrainingModule<Points> { forward() {} override configureOptimizers() { return optim.sgd(this.parameters(), { learningRate: 1 }); } }',
    "@Experiment({ name: 'a', data: { batches: points() } }) class Right extends OnPoints { override trainingStep({ x }: Points) { return tf.sum<tf.Scalar>(x); } }",
    "@Experiment({ name: 'b', data: { batches: points() } }) class Wrong extends TrainingModule<Other> { forward() {} override trainingStep({ y }: Other) { return tf.sum<tf.Scalar>(y); } override configureOptimizers() { return optim.sgd(this.parameters(), { learningRate: 1 }); } }",
    "@Experiment({ name: 'c', data: { name: 'digits' } }) class Images extends OnPoints { override trainingStep({ x }: Points) { return tf.sum<tf.Scalar>(x); } }",
    "@Experiment({ name: 'd', data: Right }) class Same extends OnPoints { override trainingStep({ x }: Points) { return tf.sum<tf.Scalar>(x); } }",
    'run(Right); run(Same);',
  ].join('\n'),
  unnamedMetric: [
    'abstract class Logs extends TrainingModule<ViewBatch, "loss"> {',
    "  override setup() { this.log('loss', 1); this.log('los', 1); }",
    '}',
  ].join('\n'),
  services: [
    'declare const container: Container;',
    'const folder: PluginFolder = resolve(container, tokens.runFolder);',
    'const settings: RunSettings = resolve(container, tokens.runFolder);',
    'const asked: Token<PluginFolder> = tokens.runFolder;',
    'resolve(container, tokens.runFolders);',
  ].join('\n'),
  events: [
    'declare const events: RunEventSource;',
    "events.on('epochEnded', (progress, metrics, seconds) => progress.epoch + (metrics['loss'] ?? 0) + seconds);",
    "events.on('runEnds', () => undefined);",
    "events.on('runEnded', (status) => status === 'over');",
  ].join('\n'),
  unhooked: 'definePlugin(class { onTrainEnd(grade: number) { return grade; } });',
};

let verdicts: Verdicts;
beforeAll(() => {
  const all = { ...texts, ...Object.fromEntries(examples.map((text, index) => [`example${index}`, text])) };
  const prelude = imports.join(' ');
  verdicts = compileTexts(
    Object.fromEntries(Object.entries(all).map(([name, text]) => [name, `${prelude}\n${text}`])),
  );
});

/** Line, from that of the first line of the text, and the sentence that tells most. */
function verdictsOn(name: keyof typeof texts): string[] {
  return (verdicts[name] ?? ['missing']).map((verdict) => {
    const lines = verdict.split('\n').map((line) => line.trim());
    const [first = ''] = lines;
    const [place = '', head = ''] = first.split(/: (.*)/s);
    return `${Number(place) - 1}: ${lines.length > 1 ? (lines.at(-1) ?? '') : head}`;
  });
}

describe('the type checker', () => {
  it('accepts a plugin whose hooks are hooks', () => {
    expect(verdictsOn('rightPlugin')).toEqual([]);
  });

  it.each([
    ['misspelt', 'onTrainEnds'],
    ['otherCase', 'tearDown'],
  ] as const)('refuses a plugin whose method is %s', (name, method) => {
    expect(verdicts[name]).toEqual([
      [
        '2: Unable to resolve signature of class decorator when called as an expression.',
        "  Argument of type 'typeof Bell' is not assignable to parameter of type 'new (...services: never[]) => CheckedHooks<Bell>'.",
        "    Construct signature return types 'Bell' and 'CheckedHooks<Bell>' are incompatible.",
        `      The types of '${method}' are incompatible between these types.`,
        `        Type '() => void' is not assignable to type 'NoSuchHook<"${method}">'.`,
      ].join('\n'),
    ]);
  });

  it.each([
    [
      'takes more than it is given',
      'tooMuch',
      'Target signature provides too few arguments. Expected 2 or more, but got 1.',
    ],
    ['takes something else', 'otherArgument', "Type 'HookContext' is not assignable to type 'number'."],
    [
      'returns something else',
      'otherResult',
      `Type '"end"' is not assignable to type 'BatchVerdict | Promise<BatchVerdict>'.`,
    ],
    [
      'is a step hook and asynchronous',
      'waitingStepHook',
      `Type '(gradients: Gradients) => Promise<Gradients>' is not assignable to type 'StepHookIsSynchronous<"onAfterBackward">'.`,
    ],
  ] as const)('refuses a plugin whose hook %s', (_, name, reason) => {
    expect(verdictsOn(name)).toEqual([`1: ${reason}`]);
  });

  it('refuses a plugin without a name', () => {
    expect(verdictsOn('nameless')).toEqual([
      "1: Property 'name' is missing in type '{}' but required in type 'PluginDeclaration'.",
    ]);
  });

  it('refuses a plugin that is not the service which it provides', () => {
    expect(verdictsOn('provider')).toEqual([
      "1: Property 'read' is missing in type 'Bell' but required in type 'CheckpointReader'.",
    ]);
  });

  it('refuses a misspelt hook of a training module, and names the right one', () => {
    expect(verdictsOn('module')).toEqual([
      "5: This member cannot have an 'override' modifier because it is not declared in the base class 'TrainingModule<ViewBatch, string>'. Did you mean 'onTrainEnd'?",
    ]);
  });

  it('refuses what @Experiment and run do not know', () => {
    expect(verdictsOn('experiment')).toEqual([
      "1: Object literal may only specify known properties, but 'maxEpoch' does not exist in type 'Partial<TrainerOptions>'. Did you mean to write 'maxEpochs'?",
      "2: Type 'string' is not assignable to type 'number'.",
      "3: Type '<const Metric extends string = never>(options?: CheckpointingOptions<Metric>) => PluginDescriptor<Metric, never>' is not assignable to type 'AnyPlugin'.",
      expect.stringMatching(
        /^4: Type 'A' is missing the following properties from type 'TrainingModule<unknown, string>': /,
      ),
    ]);
  });

  it.each(['anyMetric', 'loggedByModule', 'epochOfIt', 'loggedByPlugin'] as const)(
    'accepts a monitor of what is logged: %s',
    (name) => {
      expect(verdictsOn(name)).toEqual([]);
    },
  );

  it('refuses a monitor of what nobody logs, where the module names its metrics', () => {
    expect(verdictsOn('loggedByNobody')).toEqual([
      `1: Property ''nobody logs this metric'' is missing in type 'typeof A' but required in type 'NobodyLogs<"val_loss">'.`,
    ]);
    expect(verdictsOn('unnamedMetric')).toEqual([
      `2: Argument of type '"los"' is not assignable to parameter of type '"loss"'.`,
    ]);
  });

  it('refuses a module of other batches than its data give', () => {
    const missing = `Property ''the data give other batches than trainingStep takes'' is missing in type`;
    expect(verdictsOn('batches')).toEqual([
      `6: ${missing} 'typeof Wrong' but required in type 'OtherBatches<NoInfer<{ x: Tensor<Rank.R2>; }>, Other>'.`,
      `7: ${missing} 'typeof Images' but required in type 'OtherBatches<NoInfer<ViewBatch>, Points>'.`,
    ]);
  });

  it('refuses an option without its effect on a resumed run', () => {
    expect(verdictsOn('optionSection')).toEqual([
      "3: Property 'facts' is missing in type 'ZodDefault<ZodInt>' but required in type '{ readonly facts: OptionFacts; }'.",
      `4: Argument of type '"freely"' is not assignable to parameter of type 'OptionEffect'.`,
    ]);
  });

  it('knows the options of a command', () => {
    expect(commandOfPage).toContain('defineCommand({');
    expect(verdictsOn('commandOfPage')).toEqual([]);
    expect(verdictsOn('command')).toEqual([
      "3: Property 'size' does not exist on type '{ count: number; }'.",
      "4: Type 'string' is not assignable to type 'CommandWords'.",
    ]);
  });

  it('refuses misspelt and wrong options of plugins and views', () => {
    expect(verdictsOn('options')).toEqual([
      "1: Object literal may only specify known properties, but 'everyNEpoch' does not exist in type 'CheckpointingOptions<never>'. Did you mean to write 'everyNEpochs'?",
      `2: Type '"large"' is not assignable to type '"min" | "max" | undefined'.`,
      "3: Object literal may only specify known properties, but 'inputSizes' does not exist in type 'FastSiamOptions'. Did you mean to write 'inputSize'?",
    ]);
  });

  it('refuses hyperparameters that no command line can give', () => {
    expect(verdictsOn('hyperparameters')).toEqual([
      "3: Type 'number[]' is not assignable to type 'HyperParameterValue'.",
      "4: Type 'string' is not assignable to type 'number'.",
    ]);
  });

  it('knows the service of each token', () => {
    expect(verdictsOn('services')).toEqual([
      expect.stringMatching(
        /^3: Type 'PluginFolder' is missing the following properties from type 'RunSettings': /,
      ),
      expect.stringMatching(
        /^5: Property 'runFolders' does not exist on type .* Did you mean 'runFolder'\?$/,
      ),
    ]);
  });

  it('knows the arguments of each event', () => {
    expect(verdictsOn('events')).toEqual([
      `3: Argument of type '"runEnds"' is not assignable to parameter of type 'keyof RunEvents'.`,
      `4: This comparison appears to be unintentional because the types 'RunStatus' and '"over"' have no overlap.`,
    ]);
  });

  it('holds hooks to their signatures without the decorator, too', () => {
    expect(verdictsOn('unhooked')).toEqual(["1: Type 'HookContext' is not assignable to type 'number'."]);
  });

  it('accepts the example of the README', () => {
    expect(examples.map((text) => /^@\w+/.exec(text)?.[0])).toEqual(['@Experiment']);
    expect(examples.map((_, index) => verdicts[`example${index}`])).toEqual([[]]);
  });
});
