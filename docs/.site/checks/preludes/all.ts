import { TrainingModule } from '../../../../src';
import type { ViewBatch } from '../../../../src';

/** The class that members of a block belong to (`ts fragment=members`), where the page's prelude has none. */
export abstract class Fragment extends TrainingModule<ViewBatch> {}
