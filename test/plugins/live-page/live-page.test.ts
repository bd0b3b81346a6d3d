import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { livePage } from '../../../plugins/live-page';
import { Plugin, definePlugin, inject, jsonText, parseJson, pause, rehearse, tokens } from '../../../src';
import type {
  AnyPlugin,
  HookContext,
  ImageLog,
  MetricBands,
  RehearsalOptions,
  RunEventSource,
} from '../../../src';
import { checkPlugins } from '../../../src/container';
import { addressIn, fetchFrom, visit } from './visitor';
import type { Visit } from './visitor';

type Act = (visitor: Visitor, context: HookContext) => Promise<void> | void;

/** A plugin that reads the page while the run continues. */
@Plugin({ name: 'visitor' })
class Visitor {
  readonly messages: string[] = [];

  constructor(
    @inject(tokens.pluginOptions) private readonly act: Act,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.images) readonly images: ImageLog,
    @inject(tokens.metricBands) bands: MetricBands,
  ) {
    bands.declare({ metric: 'z_std', warnBelow: 0.5, healthy: 1, below: 'collapse' });
    events.on('message', (_, text) => this.messages.push(text));
  }

  get address(): string {
    return addressIn(this.messages);
  }

  async onTrainBatchEnd(context: HookContext): Promise<void> {
    await this.act(this, context);
  }
}

/** Longer than the page waits before it passes on what is new. */
const passed = () => pause(800);

async function play(act: Act, options: RehearsalOptions = {}, plugins: AnyPlugin[] = []) {
  const script = { batchesPerEpoch: 4, metrics: () => ({ train_loss: 0.5 }), ...options };
  return rehearse([livePage({ port: 0 }), ...plugins, definePlugin(Visitor, act)], script);
}

function curveOf(visited: Visit | undefined, name: string) {
  const { curves } = visited?.snapshots.at(-1) ?? {};
  return curves?.find((curve) => curve.name === name);
}

describe('the live page', () => {
  it('shows a run in progress, and how it ended', async () => {
    const visits: Visit[] = [];
    const played = await play(async (visitor, { progress }) => {
      if (progress.globalStep === 1) visits.push(await visit(visitor.address));
      if (progress.globalStep === 3) {
        await passed();
        visits.push(await visit(visitor.address), await visit(visitor.address, visits[0]?.ids[0]));
      }
    });
    await Promise.all(visits.map(({ over }) => over));
    const [first, second, back] = visits;
    expect(first?.snapshots[0]?.facts).toMatchObject({
      ...{ experiment: 'rehearsal', version: 'version_0', seed: 0, device: 'none', resumedFrom: null },
      bands: [{ metric: 'z_std', warnBelow: 0.5, healthy: 1, below: 'collapse' }],
    });
    expect(curveOf(second, 'train_loss')).toMatchObject({ kind: 'step', steps: [1, 2] });
    expect(second?.snapshots[0]?.progress).toMatchObject({
      epoch: 0,
      globalStep: 2,
      batchesPerEpoch: 4,
      maxEpochs: 1,
    });
    // Who comes back gets what it missed, not all again.
    expect(back?.snapshots).toEqual([]);
    const missed = back?.updates.flatMap(({ curves = [] }) => curves.flatMap(({ steps }) => steps));
    expect(missed).toEqual(expect.arrayContaining([1, 2]));
    for (const { updates } of visits) {
      expect(updates.flatMap(({ end }) => end?.status ?? [])).toEqual(['over', 'finished']);
    }
    expect(played.error).toBe(null);
    await expect(fetchFrom(addressIn(played.messages), 'runs')).rejects.toThrow('fetch failed');
    played.dispose();
  });

  it('prints its address once, and stores its token nowhere', async () => {
    let snapshot = '';
    const played = await play(async (visitor, { progress }) => {
      if (progress.globalStep !== 4) return;
      const visited = await visit(visitor.address);
      snapshot = JSON.stringify(visited.snapshots);
      visited.leave();
    });
    const address = addressIn(played.messages);
    const token = new URL(address).hash.slice(1);
    expect(played.messages.filter((text) => text.includes(token))).toEqual([`info: Live page: ${address}`]);
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#[\w-]{43}$/);
    const kept = readFileSync(join(played.folder, 'live-page/history.json'), 'utf8');
    expect(kept).toContain('train_loss');
    for (const text of [kept, snapshot, jsonText(played.state?.plugins), jsonText(played.rows)]) {
      expect(text).not.toContain(token);
    }
    played.dispose();
  });

  it('continues the curves of a resumed run, without duplicating rows after the checkpoint', async () => {
    const metrics = ({ globalStep }: { globalStep: number }) => ({ train_loss: globalStep });
    const first = await play(() => undefined, {
      metrics,
      interruptAfter: ({ batchIndex }) => (batchIndex === 1 ? 'Ctrl-C' : null),
    });
    expect(first.state?.progress.globalStep).toBe(2);
    const resumeFrom = first.state && {
      ...first.state,
      plugins: parseJson(jsonText(first.state.plugins)) as never,
    };
    const visits: Visit[] = [];
    const second = await play(
      async (visitor, { progress }) => {
        if (progress.globalStep !== 4) return;
        await passed();
        visits.push(await visit(visitor.address));
      },
      { metrics, resumeFrom },
    );
    const curve = curveOf(visits[0], 'train_loss');
    expect([curve?.steps, curve?.means]).toEqual([
      [1, 2, 3],
      [0, 1, 2],
    ]);
    first.dispose();
    second.dispose();
  });

  it('shows the newest picture of each name', async () => {
    const png = await sharp({ create: { width: 3, height: 2, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    let found: unknown[] = [];
    const played = await play(async (visitor, { progress: { globalStep: step } }) => {
      visitor.images.publish({ name: 'views', epoch: 0, step, png, width: 3, height: 2, caption: 'Red.' });
      if (step !== 3) return;
      await passed();
      const visited = await visit(visitor.address);
      const images = visited.snapshots[0]?.images ?? [];
      visited.leave();
      const answer = await fetchFrom(visitor.address, images[0]?.path ?? '');
      const old = await fetchFrom(visitor.address, 'images/0/1.png');
      found = [
        images,
        answer.headers.get('content-type'),
        Buffer.from(await answer.arrayBuffer()).equals(png),
        old.status,
      ];
    });
    const image = {
      name: 'views',
      epoch: 0,
      step: 3,
      width: 3,
      height: 2,
      caption: 'Red.',
      path: 'images/0/3.png',
    };
    expect(found).toEqual([[image], 'image/png', true, 404]);
    played.dispose();
  });

  it('shows why a run failed', async () => {
    const visits: Visit[] = [];
    const played = await play(async (visitor, { progress }) => {
      if (progress.globalStep !== 2) return;
      visits.push(await visit(visitor.address));
      throw new Error('the disk is full');
    });
    expect(played.error).not.toBe(null);
    await visits[0]?.over;
    const ends = visits[0]!.updates.flatMap(({ end }) => end ?? []);
    expect(ends.map(({ status }) => status)).toEqual(['failed', 'failed']);
    expect(ends[1]?.detail).toContain('the disk is full');
    played.dispose();
  });

  it('shows NaN values, validations between and within epochs, and the current activity', async () => {
    const visits: Visit[] = [];
    const played = await play(
      async (visitor, { progress, task }) => {
        if (visits.length === 0) visits.push(await visit(visitor.address));
        if (progress.globalStep === 3) await task('kNN evaluation', (report) => report(3, 7).then(passed));
      },
      {
        options: { maxEpochs: 2, valCheckInterval: 0.5 },
        validationBatches: 2,
        metrics: () => ({ train_loss: NaN }),
        validationMetrics: ({ globalStep }) => ({ val_loss: globalStep }),
      },
    );
    expect(played.error).toBe(null);
    const { updates, over } = visits[0]!;
    await over;
    const curves = updates.flatMap((update) => update.curves ?? []);
    expect(curves.filter(({ name }) => name === 'train_loss').flatMap(({ broken }) => broken)).toHaveLength(
      8,
    );
    expect(curves.filter(({ name }) => name === 'val_loss').flatMap(({ steps }) => steps)).toEqual([
      2, 4, 6, 8,
    ]);
    const asides = updates.flatMap(({ progress }) => progress?.aside ?? []);
    expect(asides).toContainEqual({ name: 'kNN evaluation', done: 3, total: 7 });
    played.dispose();
  });

  it('shows that a run ended because its loss was NaN', async () => {
    const visits: Visit[] = [];
    const played = await play(
      async (visitor) => {
        if (visits.length === 0) visits.push(await visit(visitor.address));
      },
      { loss: ({ globalStep }) => (globalStep === 2 ? NaN : 1) },
    );
    await visits[0]?.over;
    const [, end] = visits[0]!.updates.flatMap((update) => update.end ?? []);
    expect(end?.status).toBe('failed');
    expect(end?.detail).toMatch(/^The loss became NaN in step 2 \(epoch 0, batch 2\)\./);
    played.dispose();
  });

  it('uses the next port if its own is taken, and reports it in one message', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const played = await rehearse([livePage({ port })]);
    const address = addressIn(played.messages);
    expect(Number(new URL(address).port)).toBeGreaterThan(0);
    expect(played.messages).toEqual([`info: Port ${port} is taken; live page: ${address}`]);
    expect(new URL(address).port).not.toBe(String(port));
    await new Promise((resolve) => other.close(resolve));
    played.dispose();
  });

  it('lets the run continue if it cannot listen', async () => {
    const played = await rehearse([livePage({ host: '192.0.2.1' })]);
    expect(played.messages).toEqual([
      'warning: The live page could not be started: listen EADDRNOTAVAIL: address not available 192.0.2.1:8420. Training continues.',
    ]);
    expect(played.result?.status).toBe('finished');
    played.dispose();
  });

  it('is also available in a trial run', async () => {
    const played = await play(() => undefined, { options: { fastDevRun: true } });
    expect(played.result?.progress.globalStep).toBe(1);
    expect(addressIn(played.messages)).toMatch(/^http/);
    played.dispose();
  });

  it('is served by the first rank alone', () => {
    expect(checkPlugins('toy', [livePage()], 0)).toHaveLength(1);
    expect(checkPlugins('toy', [livePage()], 1)).toHaveLength(0);
  });

  it('is rejected if it is listed twice', async () => {
    await expect(rehearse([livePage(), livePage({ port: 1 })])).rejects.toThrow(/live-page/);
  });

  it.each<[string, object]>([
    ['livePage(): port is 70000 (too big: expected number to be <=65535).', { port: 70000 }],
    ['livePage(): host is "0.0.0.0" (expected an address of this machine).', { host: '0.0.0.0' }],
    ['livePage(): host is "::" (expected an address of this machine).', { host: '::' }],
    ['livePage(): host is "example.org" (expected an address of this machine).', { host: 'example.org' }],
    ['livePage(): unknown option token.', { token: 'x' }],
  ])('says "%s"', (sentence, options) => {
    expect(livePage(options).problems).toEqual([sentence]);
  });
});
