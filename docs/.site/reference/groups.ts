/** What a group of exports is for. The groups themselves are folders of `src`; one without a title here is an error. */
export interface Group {
  readonly title: string;
  readonly about: string;
}

/** In the order of the navigation. */
export const groups: Readonly<Record<string, Group>> = {
  metadata: { title: 'Experiments', about: 'Decorators that make a class an experiment or a plugin.' },
  trainer: {
    title: 'Trainer',
    about: 'The trainer, the base class of modules that it trains, and its event bus.',
  },
  run: {
    title: 'Runs and commands',
    about: 'Running an experiment, loading a run, embedding images, and commands of one’s own.',
  },
  data: { title: 'Data', about: 'Data sets, loaders, batches and samplers.' },
  views: { title: 'Views', about: 'Augmentations that make the views of a sample: the namespace `views`.' },
  nn: { title: 'Modules', about: 'Layers, heads, backbones, parameters and state: the namespace `nn`.' },
  losses: { title: 'Losses', about: 'Losses of the methods: the namespace `losses`.' },
  optim: { title: 'Optimisers', about: 'Optimisers and parameter groups: the namespace `optim`.' },
  schedules: {
    title: 'Schedules',
    about: 'Learning rates and other numbers by step: the namespace `schedules`.',
  },
  strategy: { title: 'Strategies', about: 'Where steps run, and how ranks agree.' },
  evaluation: {
    title: 'Evaluation',
    about: 'Linear probe, nearest neighbours, RankMe, embeddings and maps of them.',
  },
  report: { title: 'Maps and reports', about: 'Files of an embedding map.' },
  graph: { title: 'Frozen graphs', about: 'A model as plain data, for exports.' },
  contracts: {
    title: 'Contracts',
    about: 'Hooks, events, tokens, options and the shapes of everything that plugins meet.',
  },
  'plugin-kit': { title: 'Plugin kit', about: 'Playing a fit to a plugin in a test: `fulgur/plugin-kit`.' },
  errors: { title: 'Errors', about: 'The error class, its kinds, and words for messages.' },
  engine: { title: 'Engine', about: 'Compiled steps, random draws and TensorFlow itself.' },
  system: { title: 'System', about: 'Files that are written whole, processes, timers and output.' },
  config: { title: 'Terminal', about: 'What a terminal can show.' },
  charts: { title: 'Charts', about: 'The look of pages.' },
  pages: { title: 'Pages', about: 'Scripts of pages in a browser.' },
};
