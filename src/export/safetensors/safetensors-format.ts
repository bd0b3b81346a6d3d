import * as tf from '@tensorflow/tfjs-core';
import { jsonText } from '../../contracts';
import { decodeSafetensors, safetensorsParts, writeVariable } from '../../nn';
import { readRegularFile, writeWhole } from '../../system';
import type { ExportRuntime, WeightsFormat } from '../export-format';
import type { ExportedWeights } from '../exported-model';
import { weightsOfFeatures } from './weights-of-features';
import type { FeatureWeights } from './weights-of-features';

/**
 * Only the weights for the features, for PyTorch: a ResNet under torchvision's names, a vision transformer under
 * timm's, any other module under its own. Each tensor has PyTorch's layout.
 */
export const safetensorsFormat: WeightsFormat = {
  name: 'safetensors',
  ending: '.safetensors',
  layouts: ['nhwc'],
  source: 'weights',
  async write(model, out) {
    const weights = weightsOfFeatures(model.module, () => featuresOfZeros(model));
    const { name, input, preprocessing, identity } = model;
    const metadata = {
      // Hugging Face's transformers library reads no file without it.
      format: 'pt',
      experiment: name,
      input: jsonText(input, 0, 'input'),
      preprocessing: jsonText(preprocessing, 0, 'preprocessing'),
      identity: jsonText(identity, 0, 'identity'),
    };
    await writeWhole(out, ...safetensorsParts(weights.state, metadata));
    const place = weights.part === '' ? model.module.constructor.name : weights.part;
    return {
      files: [`${name}.safetensors`],
      runtimes: [runtimeOf(model, weights, out)],
      notes: [`It contains ${weights.state.size} tensors of '${place}'.`],
    };
  },
};

function featuresOfZeros({ features, input: { height, width } }: ExportedWeights): tf.Tensor {
  return tf.tidy(() => features(tf.zeros<tf.Rank.R4>([1, height, width, 3])));
}

/** Runs the module itself, after all weights of the part were cleared and replaced by those of the file. */
function runtimeOf(model: ExportedWeights, { module, names }: FeatureWeights, out: string): ExportRuntime {
  return {
    name: "the experiment's module with the weights of the file",
    run: async ({ shape, values }) => {
      const { tensors } = decodeSafetensors(await readRegularFile(out, Infinity));
      const variables = module.namedVariables();
      for (const [name, written] of names) {
        const variable = variables.get(name);
        const tensor = tensors.get(written);
        if (variable === undefined) continue;
        tf.tidy(() => variable.assign(tf.zerosLike(variable)));
        if (tensor !== undefined) writeVariable(variable, tensor);
      }
      const rows = tf.tidy(() => model.features(tf.tensor4d(values, [...shape], 'float32')));
      try {
        return new Float32Array(await rows.data());
      } finally {
        rows.dispose();
      }
    },
  };
}
