/** Where the parts of a ResNet stand in lightly's `nn.Sequential(*list(resnet.children())[:-1])`. */
const sequentialPlaces: Readonly<Record<string, number>> = {
  conv1: 0,
  bn1: 1,
  layer1: 4,
  layer2: 5,
  layer3: 6,
  layer4: 7,
};

const partOfResNet = /^((?:\w*backbone\w*\.)?)(conv1|bn1|layer[1-4])\.(.+)$/;

/** The modules of a model that weights without the model's own names may be for, the most likely first. */
const backbones = ['backbone', 'student_backbone', 'backbone.vit', 'student_backbone.vit'];

/** Names under a backbone in a file, with the backbone's name: `backbone.`. */
const underBackbone = /^(\w*backbone)\./;

/** A linear classifier in torchvision's ResNets and timm's ViTs. */
const classifier = /^(fc|head)\.(weight|bias)$/;

/** How the names of a state belong to those of a model. */
export interface FittedNames {
  /** The part of the model that the state is for; `''` for the whole model. */
  readonly part: string;
  /** Names of the model, each with the name that it has in the state. */
  readonly pairs: ReadonlyMap<string, string>;
  /** Names of the part that the state lacks. A count of batches is none of them: PyTorch does without it too. */
  readonly missing: readonly string[];
  /** Names of the state that the part lacks. */
  readonly unexpected: readonly string[];
  /** Names of the state's classifier, which a backbone has no place for. */
  readonly classifier: readonly string[];
}

/**
 * Finds out what a state is for. One that has names of the model, other than a backbone's alone, is for the whole model;
 * others are for its backbone, and may have torchvision's names of a ResNet or numbers, as lightly's backbones.
 *
 * @param own names of the model's parameters and buffers, in order.
 * @param given names of the state.
 * @returns `null` where no name of the state is one of the model's.
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

/** @param at what stands before the part's names in the state. */
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

/** Names without their prefix and with the parts of ResNets numbered, each with the name that it stands for. */
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
