import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeSafetensors, encodeSafetensors } from '../../src/nn';
import { readYaml, runChild, small, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const runs = join(cwd, 'runs', 'small');

function runHere(...args: readonly string[]): Promise<Ended> {
  return runChild(small, args, { cwd });
}

function stateOf(version: string, checkpoint: string) {
  const file = join(runs, version, 'checkpoints', checkpoint, 'model.safetensors');
  return decodeSafetensors(readFileSync(file)).tensors;
}

// One fit with a learning rate of zero: its parameters are those that it began with.
const still = ['--lr', '0', '--trainer.maxEpochs', '1'];

beforeAll(async () => {
  const { code, errors } = await runHere(...still, '--seed', '3');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  const backbone = [...stateOf('version_0', 'epoch=0-step=4')].filter(([name]) =>
    name.startsWith('backbone.'),
  );
  writeFileSync(join(cwd, 'backbone.safetensors'), encodeSafetensors(new Map(backbone)));
});

describe('--initialWeights', () => {
  it('starts a fit with the backbone from a file, and the rest from the seed', async () => {
    const { code, errors, output } = await runHere(...still, '--initialWeights', 'backbone.safetensors');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain(
      'The weights of backbone.safetensors are loaded into backbone of Small (120 tensors).\n',
    );
    const [given, got] = [stateOf('version_0', 'epoch=0-step=4'), stateOf('version_1', 'epoch=0-step=4')];
    expect(got.get('backbone.4.0.conv1.weight')).toEqual(given.get('backbone.4.0.conv1.weight'));
    const head = 'projection_head.layers.0.weight';
    expect(got.get(head)).not.toEqual(given.get(head));
    expect(readYaml(runs, 'version_1', 'config.yaml')).toMatchObject({
      initialWeights: 'backbone.safetensors',
      initialWeightsStrict: true,
    });
  });

  it('is not read again by a resumed run', async () => {
    const { code, errors, output } = await runHere(
      '--resume',
      join(runs, 'version_1'),
      '--trainer.maxEpochs',
      '2',
    );
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain(
      "Initial weights are not loaded again: the run resumes with its checkpoint's weights.\n",
    );
    const [before, after] = [stateOf('version_1', 'epoch=0-step=4'), stateOf('version_1', 'epoch=1-step=8')];
    const counter = 'backbone.1.num_batches_tracked';
    expect(Number(after.get(counter)?.data[0])).toBeGreaterThan(Number(before.get(counter)?.data[0]));
    const other = await runHere('--resume', join(runs, 'version_1'), '--initialWeights', 'other.safetensors');
    expect(other.code).toBe(1);
    expect(other.errors).toContain(
      'initialWeights: "backbone.safetensors" before, "other.safetensors" now; every update would be different',
    );
  });

  it('accepts the checkpoint of a run', async () => {
    const { code, errors, output } = await runHere(...still, '--initialWeights', join(runs, 'version_0'));
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain(
      `The weights of ${join(runs, 'version_0')} are loaded into Small (144 tensors).\n`,
    );
    const head = 'projection_head.layers.0.weight';
    expect(stateOf('version_2', 'epoch=0-step=4').get(head)).toEqual(
      stateOf('version_0', 'epoch=0-step=4').get(head),
    );
  });

  it('is used only by an evaluation without a checkpoint', async () => {
    const few = ['--knn.bankLimit', '100', '--knn.queryLimit', '50', '--knn.k', '5'];
    const given = ['--initialWeights', 'backbone.safetensors'];
    const refused = await runHere('knn', ...given);
    expect(refused.errors).toBe(
      'Error: An option is invalid:\n' +
        '  --initialWeights: starts a fit; to evaluate these weights with knn, also give --untrained\n' +
        'Run with --help to see all options.\n',
    );
    const { code, errors, output } = await runHere('knn', '--untrained', ...given, ...few);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toContain('are loaded into backbone of Small (120 tensors).\n');
    const file = join(runs, 'untrained', 'evaluations', 'seed=0-backbone.knn.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
      checkpoint: null,
      config: { initialWeights: 'backbone.safetensors' },
    });
  });

  it.each<[string, () => string, string]>([
    [
      'a file that does not exist',
      () => 'nothing.safetensors',
      "Error: The weights 'nothing.safetensors' do not exist. " +
        'Name a safetensors file, or the folder of a checkpoint or a run.\n',
    ],
    [
      'what torch.save wrote',
      () => {
        writeFileSync(join(cwd, 'resnet.pth'), Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0]));
        return 'resnet.pth';
      },
      "Error: The weights 'resnet.pth' are a pickle, as torch.save writes it. Opening a pickle runs whatever code it contains. " +
        `If you trust it, convert it: python -c "import torch; from safetensors.torch import save_file; s = torch.load('resnet.pth', map_location='cpu', weights_only=True); s = s.get('state_dict', s); save_file({k: v.clone() for k, v in s.items()}, 'resnet.safetensors')"\n`,
    ],
    [
      'a file that is cut off',
      () => {
        const whole = readFileSync(join(cwd, 'backbone.safetensors'));
        writeFileSync(join(cwd, 'half.safetensors'), whole.subarray(0, whole.length / 2));
        return 'half.safetensors';
      },
      "Error: The weights 'half.safetensors' cannot be read: ",
    ],
    [
      'a folder without checkpoints',
      () => {
        mkdirSync(join(cwd, 'empty'));
        return 'empty';
      },
      "Error: The weights of 'empty' cannot be read: No checkpoint was found in ",
    ],
  ])('rejects %s', async (_, make, message) => {
    const { code, errors } = await runHere(...still, '--initialWeights', make());
    expect(code).toBe(1);
    expect(errors).toContain(message);
  });
});
