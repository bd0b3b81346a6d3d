import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ImageFolder } from '../../../plugins/image-folder';
import type { RunState } from '../../../src/contracts';
import { picture } from '../fakes/picture';
import { FakeEvents, TemporaryRunFolder, hookContext } from '../fakes/run';

describe('the image folder', () => {
  let folder: TemporaryRunFolder;
  beforeEach(() => (folder = new TemporaryRunFolder()));
  afterEach(() => folder.remove());

  function setUp() {
    const events = new FakeEvents();
    return { events, logger: new ImageFolder(events, folder) };
  }

  it('keeps images by name and step, and listens only during the run', async () => {
    const { events, logger } = setUp();
    const red = await picture();
    const blue = await picture({ step: 12 }, 'blue');
    events.emit('imageLogged', red);
    await logger.onTrainBatchEnd();
    events.emit('imageLogged', blue);
    await logger.onSaveCheckpoint();
    expect(readdirSync(folder.resolve('images', 'views'))).toEqual([
      'step=00000004.png',
      'step=00000012.png',
    ]);
    expect(readFileSync(folder.resolve('images', 'views', 'step=00000012.png'))).toEqual(blue.png);
    events.emit('imageLogged', await picture({ step: 13 }));
    await logger.teardown();
    expect(existsSync(folder.resolve('images', 'views', 'step=00000013.png'))).toBe(true);
    expect(events.listenerCount).toBe(0);
  });

  it('gives each name its own folder', async () => {
    const { events, logger } = setUp();
    for (const name of ['../out', 'val/größe', 'a?b', 'a_b', '.', 'x'.repeat(300)]) {
      events.emit('imageLogged', await picture({ name }));
    }
    await logger.onTrainEpochEnd();
    const files = readdirSync(folder.resolve('images'), { recursive: true }) as string[];
    expect(files.flatMap((file) => (file.endsWith('.png') ? [dirname(file)] : [])).sort()).toEqual([
      'a_b',
      'a~3Fb',
      'val/größe',
      expect.stringMatching(/^x{40}~[0-9a-f]{16}$/),
      '~2E',
      '~2E~2E/out',
    ]);
    expect(readdirSync(folder.path)).toEqual(['images']);
  });

  it('discards on resume what a killed run wrote after its checkpoint', async () => {
    const killed = setUp();
    for (const step of [4, 8, 12]) killed.events.emit('imageLogged', await picture({ step }));
    await killed.logger.onTrainBatchEnd();
    writeFileSync(folder.resolve('images', 'views', 'notes.txt'), "the user's");
    const { logger } = setUp();
    logger.onLoadCheckpoint(hookContext(), { progress: { globalStep: 8 } } as RunState);
    await logger.onFitStart();
    expect(readdirSync(folder.resolve('images', 'views'))).toEqual([
      'notes.txt',
      'step=00000004.png',
      'step=00000008.png',
    ]);
  });

  it('names the file that cannot be written, and keeps the image for another attempt', async () => {
    const { events, logger } = setUp();
    writeFileSync(folder.resolve('images'), '');
    events.emit('imageLogged', await picture());
    await expect(logger.onTrainBatchEnd()).rejects.toThrow(
      `${folder.resolve('images', 'views', 'step=00000004.png')} cannot be written`,
    );
    events.emit('imageLogged', await picture({ step: 5 }));
    await expect(logger.teardown()).rejects.toThrow('step=00000004.png cannot be written');
  });
});
