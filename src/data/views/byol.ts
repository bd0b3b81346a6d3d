import type { SquareViewOptions } from './augmentation-options';
import { squareDefaults, squareRules, squareView } from './augmentation-options';
import { namedList } from './named-list';
import type { OptionRules } from './option-rules';
import { OptionProblems, checkHue, isPlainObject, probability } from './option-rules';
import type { ViewList } from './view-list';

/** Options of one of BYOL's views: lightly's `BYOLView1Transform` and `BYOLView2Transform`, in camelCase. */
export interface ByolViewOptions extends SquareViewOptions {
  /** Probability of solarisation. */
  readonly solarizationProb?: number;
}

/** Options of `views.byol`: those for both views and those for one of them. */
export interface ByolOptions extends ByolViewOptions {
  /** The first view's own (default blur 1, solarisation 0). */
  readonly view1Transform?: ByolViewOptions;
  /** The second view's own (default blur 0.1, solarisation 0.2). */
  readonly view2Transform?: ByolViewOptions;
}

type ByolSettings = Required<ByolViewOptions>;

const shared: ByolSettings = { ...squareDefaults, cjSat: 0.2, minScale: 0.08, solarizationProb: 0 };
const defaults = {
  view1Transform: { ...shared, gaussianBlur: 1, solarizationProb: 0 },
  view2Transform: { ...shared, gaussianBlur: 0.1, solarizationProb: 0.2 },
};
const viewRules: OptionRules<ByolViewOptions> = { ...squareRules, solarizationProb: probability };
const group = { expects: 'an object of options', accepts: isPlainObject };
const rules: OptionRules<ByolOptions> = { ...viewRules, view1Transform: group, view2Transform: group };

/**
 * Makes BYOL's two views (Grill et al., 2020), like lightly's `BYOLTransform`: one is always blurred; the other rarely,
 * but sometimes solarized after the blur.
 *
 * @example views.byol({ inputSize: 32, view2Transform: { solarizationProb: 0 } })
 * @throws FulgurError of kind `config` naming every invalid option.
 */
export function byol(options: ByolOptions = {}): ViewList {
  const problems = new OptionProblems('views.byol');
  const { view1Transform, view2Transform, ...both } = problems.lay<ByolOptions>(options, {}, rules);
  const complete = (name: keyof typeof defaults, own: ByolViewOptions | undefined): ByolSettings => {
    const given = isPlainObject(own) ? own : {};
    const settings = problems.lay<ByolSettings>(given, { ...defaults[name], ...both }, viewRules, name);
    const { cjHue, cjStrength } = settings;
    checkHue(problems, [`${name}.cjHue`, cjHue], [`${name}.cjStrength`, cjStrength]);
    return settings;
  };
  const settings = {
    view1Transform: complete('view1Transform', view1Transform),
    view2Transform: complete('view2Transform', view2Transform),
  };
  problems.throwIfAny();
  const list = Object.values(settings).map((one) => squareView(one, { solarize: one.solarizationProb }));
  return namedList({ module: __filename, export: byol.name }, settings, list);
}
