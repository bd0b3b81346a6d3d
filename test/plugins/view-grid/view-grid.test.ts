import { imageFolder } from '../../../plugins/image-folder';
import { viewGrid } from '../../../plugins/view-grid';
import { rehearse } from '../../../src';
import type { ViewSheets } from '../../../src';
import { picture } from '../fakes/picture';

/** Notes what is asked of it. */
function sheets(): ViewSheets & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    draw: async ({ samples, epoch }) => {
      asked.push(`${samples} samples of epoch ${epoch}`);
      const { png, width, height, caption } = await picture();
      return { png, width, height, caption };
    },
  };
}

const script = { options: { maxEpochs: 5 }, batchesPerEpoch: 2 };

it('draws the first epoch and every Nth epoch after it, each once, even after a resume', async () => {
  const viewSheets = sheets();
  const plugins = [viewGrid({ samples: 3, everyNEpochs: 2 }), imageFolder()];
  const first = await rehearse(plugins, {
    ...{ ...script, services: { viewSheets } },
    interruptAfter: ({ epoch }) => (epoch === 2 ? 'Ctrl-C' : null),
  });
  const second = await rehearse(plugins, {
    ...{ ...script, services: { viewSheets }, resumeFrom: first.state },
  });
  expect([first.result?.status, second.result?.status]).toEqual(['interrupted', 'finished']);
  expect(viewSheets.asked).toEqual(['3 samples of epoch 0', '3 samples of epoch 2', '3 samples of epoch 4']);
  first.dispose();
  second.dispose();
});

it('draws nothing if no plugin keeps images, and reports it once', async () => {
  const viewSheets = sheets();
  const { messages, dispose } = await rehearse([viewGrid({ everyNEpochs: 1 })], {
    ...{ ...script, services: { viewSheets } },
  });
  expect(viewSheets.asked).toEqual([]);
  expect(messages).toEqual([
    'warning: viewGrid() draws nothing because no plugin keeps images: add imageFolder().',
  ]);
  dispose();
});
