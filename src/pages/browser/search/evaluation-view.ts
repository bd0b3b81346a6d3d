import type { Image } from '../../../data/image';
import { compileKernels } from '../../../data/views/kernels/kernels';
import { ViewRenderer } from '../../../data/views/view-renderer';
import { unchangedPlan } from '../../../data/views/view-plan';
import type { SiteView } from '../../../export/web/site';

/** Makes the evaluation view of an image with the same code as training in Node. */
export class EvaluationView {
  private constructor(
    private readonly renderer: ViewRenderer,
    private readonly settings: SiteView,
  ) {}

  static async create(settings: SiteView): Promise<EvaluationView> {
    await compileKernels();
    return new EvaluationView(new ViewRenderer(settings.height, settings.width), settings);
  }

  /** RGB bytes `[height, width, 3]`. */
  render(image: Image): Uint8Array {
    const plan = {
      ...unchangedPlan(image.height, image.width),
      crop: null,
      interpolation: this.settings.interpolation,
    };
    return this.renderer.render(image, plan);
  }
}
