import { fulgurVersion } from '../../config';
import { jsonText } from '../../contracts';
import { readRegularFile, writeWhole } from '../../system';
import type { GraphFormat, TrialImages } from '../export-format';
import type { ExportedModel } from '../exported-model';
import type { Layout } from './axes';
import { onnxModels } from './onnx-messages';
import { OPSET, onnxModel } from './onnx-model';
import { onnxRuntimeNode } from './onnx-runtime-node';
import type { OnnxImages } from './onnx-runtime-node';
import { runOnnx } from './reader/run-onnx';

/**
 * ONNX, opset 17: for `onnxruntime` in all languages. Unless requested otherwise, its input is `[batch, 3, height,
 * width]`, as all tools around PyTorch use it (docs/adr/0037).
 */
export const onnxFormat: GraphFormat = {
  name: 'onnx',
  ending: '.onnx',
  layouts: ['nchw', 'nhwc'],
  source: 'graph',
  async write(model, out) {
    const layout = model.input.layout ?? 'nchw';
    const bytes = onnxModels.encode(onnxModel(model.graph, layout, headerOf(model)));
    await writeWhole(out, bytes);
    const arrange = (images: TrialImages): OnnxImages => (layout === 'nchw' ? channelsFirst(images) : images);
    const elsewhere = onnxRuntimeNode(out, arrange);
    return {
      files: [`${model.name}.onnx`],
      runtimes: [
        {
          name: "Fulgur's reader of ONNX",
          run: async (images) => runOnnx(await readRegularFile(out, Infinity), arrange(images)),
        },
        ...(elsewhere === null ? [] : [elsewhere]),
      ],
      notes: [`It uses opset ${OPSET}; ${inputText(model, layout)}`],
    };
  },
};

function headerOf({ name, input, preprocessing, identity }: ExportedModel) {
  return {
    name,
    producerVersion: fulgurVersion(),
    metadata: {
      preprocessing: jsonText(preprocessing, 0, 'preprocessing'),
      input: jsonText(input, 0, 'input'),
      identity: jsonText(identity, 0, 'identity'),
    },
  };
}

function inputText({ input: { height, width, kind } }: ExportedModel, layout: Layout): string {
  const shape = layout === 'nchw' ? `batch, 3, ${height}, ${width}` : `batch, ${height}, ${width}, 3`;
  return `its input is ${kind} [${shape}], ${kind === 'uint8' ? 'RGB bytes' : 'normalised'}.`;
}

function channelsFirst({ shape, values }: TrialImages): OnnxImages {
  const [images, height, width, channels] = shape;
  const area = height * width;
  const moved = values.slice();
  for (let image = 0; image < images; image++) {
    const start = image * area * channels;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < area; pixel++) {
        moved[start + channel * area + pixel] = values[start + pixel * channels + channel] ?? 0;
      }
    }
  }
  return { shape: [images, channels, height, width], values: moved };
}
