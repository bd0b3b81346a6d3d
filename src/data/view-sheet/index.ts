import type { Notify, ViewSheets } from '../../contracts';
import type { DrawingTools, DrawnSample } from './drawn-sample';
import { SampleDrawer } from './drawn-sample';
import { hasFont, mostViews, renderSheet } from './render-sheet';

/** Draws contact sheets of the training data set. */
export function viewSheets(tools: DrawingTools, notify: Notify): ViewSheets {
  const { dataset, transform, seed } = tools;
  let drawer: SampleDrawer | null = null;
  let toldOfFonts = false;
  return {
    draw: async ({ samples: wanted, epoch }, report) => {
      if (!toldOfFonts && !(await hasFont())) {
        toldOfFonts = true;
        notify(
          'warning',
          'The sheet of views has no labels because no font is installed: install one, such as fonts-dejavu-core on Debian.',
        );
      }
      drawer ??= new SampleDrawer(tools);
      const count = Math.min(wanted, dataset.length);
      const samples: DrawnSample[] = [];
      for (let place = 0; place < count; place++) {
        await report?.(place, count);
        samples.push(await drawer.draw(Math.floor((place * dataset.length) / count), epoch));
      }
      await report?.(count, count);
      const views = transform.views.length;
      const words = `${counted(count, 'sample')} of ${dataset.name} with ${views === 1 ? 'the view' : `the ${views} views`} that training draws of ${count === 1 ? 'it' : 'each'} in epoch ${epoch}, seed ${seed}`;
      const title = [
        words,
        'A box on an original shows the crop of the view with that number (width × height at x, y). The random draws of each view are listed below it, in the order applied.',
        ...(views > mostViews ? [`The first ${mostViews} of ${views} views are shown.`] : []),
      ];
      const names = samples.map(({ name }) => name).join(', ');
      return renderSheet(samples, { title, caption: `${words}: ${names}.` });
    },
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
