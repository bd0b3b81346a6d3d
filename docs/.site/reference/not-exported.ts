/**
 * Names that signatures of exports have and that are not exported on purpose. TypeDoc names those that no signature has any longer.
 */
export const notExported: readonly string[] = [
  // Schemas: what they declare is in the tables of options.
  'schema',
  // Only the type checker meets them: they check an experiment or a plugin where it is written.
  ...[
    'Anything',
    'CheckedHooks',
    'Named',
    'Repeated',
    'Shape',
    'TrainedOn',
    'WithItsBatches',
    'WithMonitorsLogged',
  ],
  ...['Variables', 'purposes', 'Metrics', 'Listener', 'StoredDefinition', 'PageName', 'Outputs'],
  // The package's own rooms fill them; a user passes none.
  ...[
    'Caller',
    'DatasetSpec',
    'FactorySpec',
    'FilesScope',
    'RunLabel',
    'RunScope',
    'Services',
    'SharedFailure',
  ],
  ...[
    'BatchStream',
    'KeepRow',
    'OutputStream',
    'ReadOptions',
    'ResNetKind',
    'SafetensorsHead',
    'StepSource',
    'WeightSwitch',
  ],
];
