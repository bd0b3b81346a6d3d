/** The same from an ES module. */
import { run } from 'fulgur';
import { MyPhotos } from './my-photos.js';

await run(MyPhotos);
