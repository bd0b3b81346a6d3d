import { checkpoints } from './checkpoints';
import { dataFiles } from './data-files';
import { images } from './images';
import { locks } from './locks';
import { metrics } from './metrics';
import { MlflowAnswers } from './mlflow';
import { options } from './options';
import type { Group } from './outcome';
import { messages, variables } from './ranks';
import { safetensors } from './safetensors';

export const groups: readonly Group[] = [
  safetensors,
  images,
  ...dataFiles,
  options,
  checkpoints,
  new MlflowAnswers(),
  metrics,
  locks,
  messages,
  variables,
];
