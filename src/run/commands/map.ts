import { resolve } from 'node:path';
import { z } from 'zod';
import { makeEmbeddingMap, mapSchema } from '../../evaluation';
import { mapFiles, writeMap } from '../../report';
import { defineCommand } from '../command';

/** Draws images as points in a plane, with similar features close together. */
export const map = defineCommand({
  name: 'map',
  help: 'draw a 2-D map of the features of held-out images',
  title: 'Map',
  options: {
    out: z
      .string()
      .nullable()
      .default(null)
      .describe(
        'page to write, with a .png beside it; default: evaluations/<checkpoint>.map.html in the run',
      ),
    ...mapSchema.shape,
  },
  selectors: { split: true },
  // The test split, or the train split if there is no other.
  defaultSplit: null,
  usesImages: true,
  run: (scope) => {
    return scope.inspect('embedding map', async ({ model, report }) => {
      const { out, ...options } = scope.options;
      const limit = scope.trialImages ?? options.limit;
      const config = scope.run.config.toJson();
      const source = { model, data: scope.data, split: scope.run.config.split, config };
      const made = await makeEmbeddingMap(source, { ...options, limit }, report);
      const title = titleOf(scope.name, scope.run.from?.path ?? null);
      if (scope.trialImages !== null) return undefined;
      const files = await mapFiles(made, title);
      scope.notify('info', made.about);
      if (out === null) {
        await scope.write('.html', files.html);
        await scope.write('.png', files.png);
      } else {
        const paths = await writeMap(resolve(out).replace(/\.(html?|png)$/i, ''), files);
        scope.notify('info', `Map: ${paths.join(' and ')}.`);
      }
      return { data: made.settings };
    });
  },
});

function titleOf(experiment: string, checkpoint: string | null): string {
  return checkpoint === null
    ? `${experiment}, random weights`
    : `${experiment}, ${checkpoint.split(/[\\/]/).at(-1) ?? ''}`;
}
