import { resolve } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../system';
import { defineCommand } from '../command';

const why = 'views shows what training draws and uses no weights';

/**
 * Writes a contact sheet of training samples and their views, labelled with the transforms drawn for each.
 *
 * @throws FulgurError `data` if an image cannot be read or the file cannot be written.
 */
export const views = defineCommand({
  name: 'views',
  help: 'draw a sheet of training samples and their views',
  title: 'Views',
  options: {
    out: z
      .string()
      .regex(/\.png$/i, 'must end in .png')
      .default('views.png')
      .describe('file to write'),
    samples: z
      .int()
      .min(1, 'must be from 1 to 32')
      .max(32, 'must be from 1 to 32')
      .default(6)
      .describe('number of samples, spread evenly over the training data'),
    epoch: z
      .int()
      .min(0, 'must be a whole number of at least 0')
      .max(Number.MAX_SAFE_INTEGER, 'must be a whole number')
      .default(0)
      .describe('epoch whose views are drawn, counted from 0'),
  },
  selectors: { untrained: why, weights: why, split: 'views shows training samples' },
  defaultCheckpoint: null,
  usesImages: true,
  run: async ({ run: { data, notify }, options: { out, samples, epoch } }) => {
    const { png, width, height, caption } = await data.viewSheets.draw({ samples, epoch });
    const path = resolve(out);
    await writeWhole(path, png);
    notify('info', caption);
    notify('info', `Written to ${path}, ${width}×${height} pixels.`);
    return { status: 'finished', metrics: {} };
  },
});
