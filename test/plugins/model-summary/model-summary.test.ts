import { ModelSummary, modelSummary, summaryText } from '../../../plugins/model-summary';
import { nn, start } from '../../../src';
import { modelAccess } from '../../../src/trainer';
import type { ModelReader } from '../../../src/trainer';
import { Notes } from '../fakes/run';

class Network extends nn.Module {
  readonly backbone = new nn.Sequential(new nn.Linear(10, 100), new nn.ReLU());
  readonly projectionHead = new nn.SimSiamProjectionHead(100, 20, 5);

  forward(): void {
    // Only its structure is wanted.
  }
}

let model: ModelReader;
let network: Network;

beforeAll(async () => {
  await start();
  network = new Network();
  model = modelAccess(network);
});

it('shows the model when training begins', () => {
  const notes = new Notes();
  const plugin = new ModelSummary(modelSummary().options as never, model, notes.notify);
  plugin.onFitStart();
  expect(notes.said).toEqual([
    'info: name            | type                  | parameters | mode',
    'info: ----------------+-----------------------+------------+------',
    'info: backbone        | Sequential            |      1,100 | train',
    'info: projection_head | SimSiamProjectionHead |      2,580 | train',
    'info: 3,680 parameters (all trained), 0.0 MB',
  ]);
});

it('shows the requested number of levels, what is frozen, and what is in evaluation mode', () => {
  network.backbone.freeze().eval();
  const lines = summaryText(model.modules(), 2).split('\n');
  expect(lines.slice(2).map((line) => line.split(' | ').map((cell) => cell.trim()))).toEqual([
    ['backbone', 'Sequential', '1,100', 'eval'],
    ['backbone.0', 'Linear', '1,100', 'eval'],
    ['backbone.1', 'ReLU', '0', 'eval'],
    ['projection_head', 'SimSiamProjectionHead', '2,580', 'train'],
    ['projection_head.layers', 'Sequential', '2,580', 'train'],
    ['3,680 parameters (2,580 trained, 1,100 frozen), 0.0 MB'],
  ]);
  expect(summaryText(model.modules(), -1).split('\n')).toHaveLength(2 + 13 + 1);
  expect(summaryText(model.modules(), 0)).toBe('3,680 parameters (2,580 trained, 1,100 frozen), 0.0 MB');
});

it("counts teachers' parameters separately", () => {
  class Taught extends nn.Module {
    readonly backbone = new nn.Linear(10, 100);
    readonly backboneMomentum = nn.teacherOf(this.backbone);

    forward(): void {
      // Only its structure is wanted.
    }
  }
  const lines = summaryText(modelAccess(new Taught()).modules(), 1).split('\n');
  expect(lines.slice(2)).toEqual([
    'backbone          | Linear           |      1,100 | train',
    'backbone_momentum | Linear (teacher) |          0 | train',
    '1,100 parameters (all trained), 0.0 MB, and 1,100 copies of teachers, 0.0 MB',
  ]);
});
