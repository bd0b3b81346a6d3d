import sharp from 'sharp';
import type { LoggedImage } from '../../../src/contracts';
import { EventBus, imageLog } from '../../../src/trainer';
import { picture } from '../../plugins/fakes/picture';

const fix =
  'Publish a PNG of 8 bits per channel with its own size, a valid name and a caption that describes it, at most once per step.';

it('publishes an image to all listeners', async () => {
  const events = new EventBus();
  const images = imageLog(events);
  expect(images.isHeard()).toBe(false);
  const heard: LoggedImage[] = [];
  events.on('imageLogged', (image) => heard.push(image));
  expect(images.isHeard()).toBe(true);
  const first = await picture();
  images.publish(first);
  images.publish({ ...first, step: 5 });
  images.publish({ ...first, name: 'ansichten größer' });
  expect(heard.map(({ name, step }) => `${name} ${step}`)).toEqual([
    'views 4',
    'views 5',
    'ansichten größer 4',
  ]);
});

it('rejects a second image with the same name at a step', async () => {
  const images = imageLog(new EventBus());
  images.publish(await picture());
  const again = await picture();
  expect(() => images.publish(again)).toThrow(`The image "views" was already published at step 4. ${fix}`);
});

it.each<[string, Partial<LoggedImage>]>([
  ['The image "" has a name that is empty.', { name: '' }],
  ['The image "a\\nb" has a name that contains a line break or a control character.', { name: 'a\nb' }],
  ['The image "views" has the step 1.5, which is not a whole number of 0 or more.', { step: 1.5 }],
  ['The image "views" has the epoch -1, which is not a whole number of 0 or more.', { epoch: -1 }],
  ['The image "views" has no caption.', { caption: ' ' }],
  ['The image "views" is not a PNG.', { png: Buffer.alloc(100) }],
  ['The image "views" is not a PNG.', { png: new Uint8Array() }],
  ['The image "views" is 3×2 pixels in size, not 2×3 as stated.', { width: 2, height: 3 }],
])('says "%s"', async (sentence, changes) => {
  const events = new EventBus();
  const heard: LoggedImage[] = [];
  events.on('imageLogged', (image) => heard.push(image));
  const image = await picture(changes);
  expect(() => imageLog(events).publish(image)).toThrow(`${sentence} ${fix}`);
  expect(heard).toEqual([]);
});

it('rejects 16 bits per channel', async () => {
  const png = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
    .toColourspace('rgb16')
    .png()
    .toBuffer();
  const image = await picture({ png });
  expect(() => imageLog(new EventBus()).publish(image)).toThrow(
    `The image "views" has 16 bits per channel. ${fix}`,
  );
});
