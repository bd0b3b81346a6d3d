import { RandomStream } from '../../engine/random';
import type { Json } from '../../contracts';
import { FulgurError } from '../../errors';
import type { Image } from '../image';
import { checkImage } from './check-image';
import type { PixelOperation } from './custom-operation';
import { applyOperation, buildOperation } from './custom-operation';
import type { LogAspects } from './draw-plan';
import { drawPlan, logAspectsOf } from './draw-plan';
import { Normalization } from './normalization';
import { OptionProblems, optionError, wholeUpTo } from './option-rules';
import { plain } from './plain';
import type { View, ViewOptions } from './view-options';
import { completeView } from './view-options';
import type { ViewPlan } from './view-plan';
import { ViewRenderer } from './view-renderer';
import type { SampleKey, TransformSpec, ViewDraws, ViewSize, ViewTransform } from './view-transform';
import { isViewTransform } from './view-transform';

const MOST_VIEWS = 1024;
/** The largest number of views per image. */
export const viewCount = wholeUpTo(MOST_VIEWS);

/** Everything needed to make one view. */
interface PreparedView {
  readonly view: View;
  readonly logAspects: LogAspects;
  readonly renderer: ViewRenderer;
  readonly normalization: Normalization;
  readonly operations: readonly { readonly name: string; readonly apply: PixelOperation }[];
}

/** A transform of independent augmentations of each image: view v depends on (seed, epoch, sample index, v) alone. */
export class ViewList implements ViewTransform {
  readonly views: readonly ViewSize[];
  readonly spec: TransformSpec;
  /** The options of each view. */
  readonly list: readonly View[];
  readonly #prepared: readonly PreparedView[];

  /** `spec` makes the same list in another thread. */
  constructor(list: readonly View[], spec: TransformSpec) {
    this.list = list;
    this.spec = spec;
    this.views = list.map(({ size: [height, width] }) => ({ height, width }));
    this.#prepared = prepare(list);
  }

  plain(): ViewTransform {
    const [first] = this.list;
    if (first === undefined) throw new RangeError('A list of views has at least one');
    const [height, width] = first.size;
    return plain({ inputSize: height === width ? height : first.size, normalize: first.normalize });
  }

  resized(size: number): ViewTransform {
    const sizes = [...new Set(this.views.map(({ height, width }) => `${height} x ${width}`))];
    if (sizes.length === 1) return of(this.list.map((one) => ({ ...one, size: [size, size] as const })));
    throw new FulgurError('config', {
      what: `data.viewSize is ${size}, but the views of ${this.spec.export} have several sizes: ${sizes.join(', ')}.`,
      fix: 'Remove it, and set the sizes in the transform of the experiment.',
    });
  }

  apply(image: Image, sample: SampleKey, out: Float32Array, offsets: readonly number[]): void {
    checkImage(image);
    const { seed, epoch, index } = sample;
    this.#prepared.forEach((prepared, number) => {
      const offset = offsets[number];
      if (offset === undefined) return;
      const plan = planOf(prepared, number, image, sample);
      const { renderer, normalization, operations } = prepared;
      if (operations.length === 0) {
        renderer.renderNormalized(image, plan, normalization, out, offset);
        return;
      }
      const data = renderer.render(image, plan);
      for (const [place, { name, apply }] of operations.entries()) {
        const own = new RandomStream(seed, 'operation', [epoch, index, place * MOST_VIEWS + number]);
        applyOperation(apply, name, { height: renderer.height, width: renderer.width, data }, own);
      }
      normalization.writeTo(data, out, offset);
    });
  }

  draws(image: Image, sample: SampleKey): readonly ViewDraws[] {
    return this.#prepared.map((prepared, number) => ({
      plan: planOf(prepared, number, image, sample),
      operations: prepared.operations.map(({ name }) => name),
      normalize: prepared.view.normalize,
    }));
  }
}

function planOf(
  { view, logAspects }: PreparedView,
  number: number,
  image: Image,
  { seed, epoch, index }: SampleKey,
): ViewPlan {
  return drawPlan(new RandomStream(seed, 'view', [epoch, index, number]), image, view, logAspects);
}

/** Views of the same size share memory, and views of the same normalisation share its table. */
function prepare(list: readonly View[]): PreparedView[] {
  const renderers = new Map<string, ViewRenderer>();
  const normalizations = new Map<string, Normalization>();
  return list.map((view) => {
    const [height, width] = view.size;
    return {
      view,
      logAspects: logAspectsOf(view),
      renderer: reused(renderers, `${height} ${width}`, () => new ViewRenderer(height, width)),
      normalization: reused(
        normalizations,
        JSON.stringify(view.normalize),
        () => new Normalization(view.normalize),
      ),
      operations: view.after.map((spec) => ({ name: spec.export, apply: buildOperation(spec) })),
    };
  });
}

function reused<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}

/** A view, a list of views, a named transform such as `views.dino()`, or lists of these. */
export type SomeViews = View | ViewList | readonly SomeViews[];

/**
 * Describes one view. Omitted operations are not applied, except for normalisation.
 *
 * @example views.view({ size: 96, crop: { scale: [0.2, 1] }, flip: 0.5, jitter: { strength: 0.5 }, blur: 0.5 })
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function view(options: ViewOptions): View {
  const problems = new OptionProblems('views.view');
  const complete = completeView(options, problems);
  problems.throwIfAny();
  return complete;
}

/**
 * Repeats views, each with its own random draws.
 *
 * @example views.of(large, large, views.times(6, small))
 * @throws FulgurError of kind `config` if the count is not a whole number from 1 to 1024.
 */
export function times(count: number, ...views: readonly SomeViews[]): View[] {
  const problems = new OptionProblems('views.times');
  if (!viewCount.accepts(count))
    problems.add(`the count is ${count}`, `the count must be ${viewCount.expects}`);
  problems.throwIfAny();
  const once = flat('views.times', views);
  return Array.from({ length: count }, () => once).flat();
}

/**
 * Makes a transform of these views in the order given; nested lists are flattened.
 *
 * @example views.of(views.view({ size: 96, flip: 0.5 }), views.times(6, views.view({ size: 32 })))
 * @throws FulgurError of kind `config` if there are no views or more than 1024, an entry is not a view or is a whole
 * transform, or a list contains itself.
 */
export function of(...views: readonly SomeViews[]): ViewList {
  const problems = new OptionProblems('views.of');
  const given = flat('views.of', views);
  requireSingleViews(given);
  const list = given.map((one, index) => completeView(one, problems, `view ${index + 1}`));
  problems.throwIfAny();
  if (!viewCount.accepts(list.length)) {
    throw new FulgurError('config', {
      what: `views.of got ${list.length} views.`,
      fix: `Pass 1 to ${MOST_VIEWS} views, such as views.view({ size: 96 }).`,
    });
  }
  return new ViewList(list, listSpec(list));
}

/** `around` contains the enclosing lists. */
function flat(factory: string, views: readonly SomeViews[], around: readonly unknown[] = []): View[] {
  if (around.includes(views)) {
    throw optionError(factory, ['a list of views contains itself'], ['Pass views and lists of other views']);
  }
  return views.flatMap((one) => {
    if (Array.isArray(one)) return flat(factory, one as readonly SomeViews[], [...around, views]);
    return one instanceof ViewList ? one.list : [one as View];
  });
}

/** Single views cannot be taken from `views.plain`, `defineTransform` and classes. */
function requireSingleViews(views: readonly unknown[]): void {
  const number = views.findIndex(isViewTransform) + 1;
  if (number === 0) return;
  throw optionError(
    'views.of',
    [`view ${number} is a whole transform, not a view`],
    [
      'Pass what views.view or a transform of random views such as views.simsiam returns, or use the transform by itself',
    ],
  );
}

function listSpec(list: readonly View[]): TransformSpec {
  const spec = { module: __filename, export: of.name, options: list as unknown as Json };
  const operations = list.flatMap(({ after }) => after);
  if (operations.length === 0) return spec;
  return {
    ...spec,
    modules: [...new Set(operations.map(({ module }) => module))],
    recorded: list.map((one) => ({
      ...one,
      after: one.after.map(({ export: name, options }) => ({ [name]: options })),
    })) as unknown as Json,
  };
}
