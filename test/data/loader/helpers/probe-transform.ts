import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { Json } from '../../../../src/contracts';
import type { Image } from '../../../../src/data/image';
import { plain } from '../../../../src/data/views';
import type { SampleKey, ViewTransform } from '../../../../src/data/views/view-transform';
import { RandomStream } from '../../../../src/engine/random';

/** What a probe does besides its work. */
export interface ProbeOptions {
  /** A file that gets a line `epoch:index` for every sample that is transformed. */
  readonly journal?: string;
  /** Something that goes wrong at these samples. */
  readonly at?: readonly number[];
  /** An ending of the worker thread, by `process.exit` or an exception out of turn; or an ordinary exception anywhere. */
  readonly how?: 'exit' | 'stray exception' | 'throw';
  /** How often it goes wrong, counted in the journal (default always). */
  readonly times?: number;
  /** Whether worker threads cannot build it. */
  readonly unbuildable?: boolean;
}

const size = 2;

/** A transform of two tiny views whose values depend on the image and on the sample's own random stream. */
class Probe implements ViewTransform {
  readonly views = [
    { height: size, width: size },
    { height: size, width: size },
  ];
  readonly spec;

  constructor(private readonly options: ProbeOptions) {
    this.spec = { module: __filename, export: probe.name, options: options as Json };
  }

  plain(): ViewTransform {
    return plain({ inputSize: size });
  }

  apply(image: Image, sample: SampleKey, out: Float32Array, offsets: readonly number[]): void {
    const { journal, at = [] } = this.options;
    if (at.includes(sample.index)) this.#goWrong();
    if (journal !== undefined) appendFileSync(journal, `${sample.epoch}:${sample.index}\n`);
    for (const [view, offset] of offsets.entries()) {
      const stream = new RandomStream(sample.seed, 'view', [sample.epoch, sample.index, view]);
      for (let place = 0; place < size * size * 3; place++) {
        out[offset + place] = (image.data[place] ?? 0) + stream.uniform();
      }
    }
  }

  #goWrong(): void {
    const { journal, how, times = Infinity } = this.options;
    if (how === 'throw') throw new Error('the probe\nfails.');
    if (isMainThread) return;
    if (journal !== undefined) {
      if (timesWrong(journal) >= times) return;
      appendFileSync(journal, 'wrong\n');
    }
    if (how === 'exit') process.exit(7);
    queueMicrotask(() => {
      throw new RangeError('the probe strays');
    });
  }
}

function timesWrong(journal: string): number {
  return readFileSync(journal, 'utf8').split('wrong').length - 1;
}

export function probe(options: ProbeOptions = {}): ViewTransform {
  if (options.unbuildable === true && !isMainThread) throw new Error('the probe cannot be built here');
  return new Probe(options);
}
