import { views } from '../../src/data';
import { exportCommand } from '../../src/run/commands/export';

type RunScope = Parameters<typeof exportCommand.start>[0];

/** What the command answers before it looks at a model. */
function answerTo(options: Record<string, string | null>): Promise<unknown> {
  const data = { evaluationView: views.plain({ inputSize: 8 }) };
  return exportCommand.start({ config: { options }, data } as unknown as RunScope);
}

describe('export', () => {
  it.each([null, 'model', 'model.pt'])('does not guess a format from %s', async (out) => {
    await expect(answerTo({ out })).rejects.toThrow(
      'The export format is not given. Give --format, one of onnx, tfjs, web, saved-model, safetensors.',
    );
  });

  it('rejects a layout that the format does not have', async () => {
    await expect(answerTo({ format: 'tfjs', layout: 'nchw' })).rejects.toThrow(
      'The format tfjs does not accept images as nchw. Leave out --layout: its images are nhwc.',
    );
  });
});
