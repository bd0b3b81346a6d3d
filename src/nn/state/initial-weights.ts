import type { InitialWeights, StateTensor } from '../../contracts';
import { FulgurError } from '../../errors';
import type { Module } from '../module';
import { listNames } from '../naming';
import { isParameter } from '../parameter';
import { restartTeachers } from '../teacher';
import { fitNames } from './fitted-names';
import type { FittedNames } from './fitted-names';
import { loadState } from './load-state';
import { movedPositions } from './moved-positions';
import { storedForm } from './variable-state';

/** The number of names of each side that are shown if no names match. */
const SHOWN = 3;

/**
 * Sets a model, or its backbone, from weights that were made elsewhere: all tensors of that part, or none. The weights
 * have the model's own names, torchvision's of a ResNet, timm's of a ViT, or those of a backbone alone. The classifier
 * of a ResNet or ViT is left out if the backbone has none, and a ViT's position embeddings for another square of
 * patches are resampled, as in timm. Teachers for which the weights contain nothing start from their students.
 *
 * @returns what was loaded and what was not, in one message.
 * @throws FulgurError `state` for weights that are not finite or do not fit, with the names that are missing,
 *   unexpected or of another shape; with `strict: false` only if not a single parameter fits.
 */
export function loadInitialWeights(module: Module, { state, source, strict = true }: InitialWeights): string {
  const variables = module.namedVariables();
  const own = [...variables.keys()];
  const given = [...state.keys()];
  const fitted = fitNames(own, given);
  if (fitted === null) throw nothingInCommon(module, source, own, given);
  const fitting = new Map<string, StateTensor>();
  const mismatched: string[] = [];
  const resampled: string[] = [];
  for (const [name, theirs] of fitted.pairs) {
    const tensor = state.get(theirs);
    const variable = variables.get(name);
    if (tensor === undefined || variable === undefined) continue;
    const form = storedForm(variable);
    const [is, wanted] = [described(tensor), described(form)];
    const moved = is === wanted ? null : movedPositions(theirs, tensor, form.shape);
    if (is === wanted) fitting.set(name, tensor);
    else if (moved !== null) {
      fitting.set(name, moved.tensor);
      resampled.push(`${theirs} from ${moved.from} × ${moved.from} patches to ${moved.to} × ${moved.to}`);
    } else mismatched.push(`${theirs} (${is}, but ${name} is ${wanted})`);
  }
  const owner = ownerOf(module, fitted);
  if (strict) requireAll(owner, source, { ...fitted, mismatched }, own, given);
  const chosen = new Map([...variables].filter(([name]) => fitting.has(name)));
  if (![...chosen.values()].some(isParameter)) throw nothingFits(owner, source, mismatched);
  requireFinite(source, fitting);
  loadState(owner, chosen, fitting);
  const loaded = new Set<unknown>(chosen.values());
  restartTeachers(
    module,
    (teacher) => ![...teacher.namedVariables().values()].some((own) => loaded.has(own)),
  );
  return reportOf(owner, source, fitting.size, { ...fitted, mismatched, resampled }, own, given);
}

type Differences = Pick<FittedNames, 'missing' | 'unexpected' | 'classifier'> & {
  readonly mismatched: readonly string[];
};

function requireAll(
  owner: string,
  source: string,
  { missing, unexpected, mismatched }: Differences,
  own: readonly string[],
  given: readonly string[],
): void {
  const problems = [
    ...(missing.length > 0 ? [`missing: ${listNames(missing, own)}`] : []),
    ...(unexpected.length > 0 ? [`unexpected: ${listNames(unexpected, given)}`] : []),
    ...(mismatched.length > 0 ? [`of another shape: ${shortList(mismatched)}`] : []),
  ];
  if (problems.length === 0) return;
  throw new FulgurError('state', {
    what: `The weights of ${source} do not fit ${owner}: ${problems.join('; ')}.`,
    why: 'Nothing was loaded.',
    fix: 'Build the model with the same options, or load what fits with --initialWeightsStrict false.',
  });
}

/** A network with NaN in it may still produce a plausible loss: max pooling treats it as the smallest number. */
function requireFinite(source: string, weights: ReadonlyMap<string, StateTensor>): void {
  const wild = [...weights].filter(
    ([, { data }]) => data instanceof Float32Array && !data.every(Number.isFinite),
  );
  const [first] = wild;
  if (first === undefined) return;
  throw new FulgurError('state', {
    what: `The weights of ${source} contain values that are not finite, in ${shortList(wild.map(([name]) => name))}.`,
    why: 'Nothing was loaded.',
    fix: 'Use the weights of an earlier checkpoint, from before they diverged.',
  });
}

function reportOf(
  owner: string,
  source: string,
  loaded: number,
  {
    missing,
    unexpected,
    classifier,
    mismatched,
    resampled,
  }: Differences & { readonly resampled: readonly string[] },
  own: readonly string[],
  given: readonly string[],
): string {
  const leftOut = [...classifier, ...unexpected];
  const parts = [
    `The weights of ${source} are loaded into ${owner} (${loaded} tensors)`,
    ...(resampled.length > 0 ? [`resampled: ${shortList(resampled)}`] : []),
    ...(leftOut.length > 0 ? [`left out: ${listNames(leftOut, given)}`] : []),
    ...(mismatched.length > 0 ? [`of another shape, and left out: ${shortList(mismatched)}`] : []),
    ...(missing.length > 0 ? [`not found there: ${listNames(missing, own)}`] : []),
  ];
  return `${parts.join('; ')}.`;
}

function nothingInCommon(
  module: Module,
  source: string,
  own: readonly string[],
  given: readonly string[],
): FulgurError {
  const first = (names: readonly string[]): string =>
    names.length === 0
      ? 'nothing'
      : listNames(names.slice(0, SHOWN), []) + (names.length > SHOWN ? ', …' : '');
  return new FulgurError('state', {
    what: `The weights of ${source} do not belong to ${module.constructor.name}: they contain ${first(given)}, but the model has ${first(own)}.`,
    why: 'Nothing was loaded.',
    fix: "Use weights with the model's own names, or a backbone's: Fulgur's, torchvision's of a ResNet or timm's of a ViT.",
  });
}

function nothingFits(owner: string, source: string, mismatched: readonly string[]): FulgurError {
  return new FulgurError('state', {
    what: `Not a single parameter of ${owner} can be loaded from ${source}: ${shortList(mismatched)}.`,
    why: 'Nothing was loaded.',
    fix: 'Build the model with the same options.',
  });
}

function ownerOf(module: Module, { part }: FittedNames): string {
  return part === '' ? module.constructor.name : `${part} of ${module.constructor.name}`;
}

function shortList(items: readonly string[]): string {
  const more = items.length - SHOWN;
  return items.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function described({ dtype, shape }: Pick<StateTensor, 'dtype' | 'shape'>): string {
  return `${dtype} [${shape.join(', ')}]`;
}
