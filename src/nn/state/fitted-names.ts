/** The positions of a ResNet's parts in lightly's `nn.Sequential(*list(resnet.children())[:-1])`. */
const sequentialPlaces: Readonly<Record<string, number>> = {
  conv1: 0,
  bn1: 1,
  layer1: 4,
  layer2: 5,
  layer3: 6,
  layer4: 7,
};

const partOfResNet = /^((?:\w*backbone\w*\.)?)(conv1|bn1|layer[1-4])\.(.+)$/;

/** The modules of a model to which weights without the model's own names may belong, the most likely one first. */
const backbones = ['backbone', 'student_backbone', 'backbone.vit', 'student_backbone.vit'];

/** The prefix of a backbone's names in a file: `backbone.`. */
const underBackbone = /^(\w*backbone)\./;

/** The linear classifier in torchvision's ResNets and timm's ViTs. */
const classifier = /^(fc|head)\.(weight|bias)$/;

/** The correspondence between the names of a state and those of a model. */
export interface FittedNames {
  /** The part of the model to which the state belongs; `''` for the whole model. */
  readonly part: string;
  /** Names of the model, each with its name in the state. */
  readonly pairs: ReadonlyMap<string, string>;
  /** Names of the part that the state lacks, except counts of batches: PyTorch does without them too. */
  readonly missing: readonly string[];
  /** Names of the state that the part lacks. */
  readonly unexpected: readonly string[];
  /** Names of the state's classifier, for which a backbone has no place. */
  readonly classifier: readonly string[];
}

/**
 * Determines to which part of a model a state belongs. A state with names of the model, other than only a backbone's,
 * belongs to the whole model; others belong to its backbone, and may have torchvision's names of a ResNet or numbers,
 * as in lightly's backbones.
 *
 * @param own names of the model's parameters and buffers, in order.
 * @param given names of the state.
 * @returns `null` if no name of the state is one of the model's.
 */
export function fitNames(own: readonly string[], given: readonly string[]): FittedNames | null {
  const prefixes = [...new Set(given.flatMap((name) => underBackbone.exec(name)?.[1] ?? []))];
  const isOfBackbone = prefixes.length === 1 && given.every((name) => underBackbone.test(name));
  const whole = fit(own, given, '', '');
  if (whole.pairs.size > 0 && !isOfBackbone) return whole;
  const fits = backbones
    .filter((part) => own.some((name) => name.startsWith(`${part}.`)))
    .flatMap((part) =>
      ['', ...prefixes.map((prefix) => `${prefix}.`)].map((at) => fit(own, given, part, at)),
    );
  const best = [...fits, whole].reduce((one, other) => (other.pairs.size > one.pairs.size ? other : one));
  return best.pairs.size > 0 ? best : null;
}

/** @param at the prefix of the part's names in the state. */
function fit(own: readonly string[], given: readonly string[], part: string, at: string): FittedNames {
  const prefix = part === '' ? '' : `${part}.`;
  const wanted = spelled(
    own.filter((name) => name.startsWith(prefix)),
    prefix,
  );
  const offered = spelled(
    given.filter((name) => name.startsWith(at)),
    at,
  );
  const pairs = new Map<string, string>();
  for (const [name, ours] of wanted) {
    const theirs = offered.get(name);
    if (theirs !== undefined) pairs.set(ours, theirs);
  }
  const taken = new Set(pairs.values());
  const left = given.filter((name) => !taken.has(name));
  const isClassifier = (name: string): boolean => part !== '' && at === '' && classifier.test(name);
  return {
    part,
    pairs,
    missing: [...wanted.values()].filter((name) => !pairs.has(name) && !name.endsWith('num_batches_tracked')),
    unexpected: left.filter((name) => !isClassifier(name)),
    classifier: left.filter(isClassifier),
  };
}

/** Returns names without their prefix and with the parts of ResNets numbered, each with the original name. */
function spelled(names: readonly string[], prefix: string): Map<string, string> {
  const relative = names.map((name) => name.slice(prefix.length));
  const all = new Set(relative);
  const numbered = relative.map((name) => {
    const [, owner = '', part = '', rest = ''] = partOfResNet.exec(name) ?? [];
    if (part === '' || !all.has(`${owner}layer1.0.conv1.weight`)) return name;
    return `${owner}${sequentialPlaces[part] ?? part}.${rest}`;
  });
  return new Map(numbered.map((name, index) => [name, names[index] ?? name]));
}
