import * as tf from '@tensorflow/tfjs-core';
import { jsonText, parseJson } from '../contracts';
import type { Json, Ranks } from '../contracts';
import { allReduce, compile, engineInfo } from '../engine';
import type { CompiledFunction } from '../engine';

/** The size of one exchange in bytes: larger ones are split. */
const PART_BYTES = 64 * 2 ** 20;
const SMALLEST_PART_BYTES = 256;
const LENGTH_BASE = 2 ** 30;

/** The ranks of the engine's cluster. Host values are sent as int32, in which no bit is rounded. */
export class ProcessGroup implements Ranks {
  readonly rank: number;
  readonly worldSize: number;
  readonly #sum: CompiledFunction<[tf.Tensor1D], tf.Tensor1D>;
  readonly #stack: CompiledFunction<[tf.Tensor1D], tf.Tensor2D>;

  /** The ranks of the started engine. */
  constructor() {
    const { rank, worldSize } = engineInfo();
    this.rank = rank;
    this.worldSize = worldSize;
    const options = { maxTraces: 64, onRetrace: () => undefined };
    this.#sum = compile((own: tf.Tensor1D) => allReduce(own, 'sum'), { name: 'sum over ranks', ...options });
    this.#stack = compile(
      (own: tf.Tensor1D) => {
        const row = tf.pad2d(tf.reshape(own, [1, own.size]), [
          [rank, worldSize - rank - 1],
          [0, 0],
        ]);
        return allReduce(row, 'sum');
      },
      { name: 'gather over ranks', ...options },
    );
  }

  allReduce<T extends tf.Tensor>(tensor: T, result: 'sum' | 'mean'): T {
    return allReduce(tensor, result);
  }

  async gather<T extends Json>(value: T): Promise<T[]> {
    const texts = await this.gatherBytes(Buffer.from(jsonText(value)));
    return texts.map((text) => parseJson(Buffer.from(text).toString('utf8')) as T);
  }

  async gatherBytes(bytes: Uint8Array): Promise<Uint8Array[]> {
    const lengths = lengthsIn(await this.#exchange(this.#stack, wordsOfLength(bytes.length)));
    const longest = Math.max(...lengths);
    const whole = lengths.map((length) => new Uint8Array(length));
    for (const [start, end] of parts(longest)) {
      const words = wordsOf(bytes, start, end);
      const rows = bytesOf(await this.#exchange(this.#stack, words));
      whole.forEach((own, rank) => {
        const offset = rank * words.byteLength;
        own.set(rows.subarray(offset, offset + Math.max(0, Math.min(end, own.length) - start)), start);
      });
    }
    return whole;
  }

  async broadcastBytes(bytes: Uint8Array): Promise<Uint8Array> {
    const given = this.rank === 0 ? bytes : new Uint8Array();
    const [length = 0] = lengthsIn(await this.#exchange(this.#sum, wordsOfLength(given.length)));
    const whole = new Uint8Array(length);
    for (const [start, end] of parts(length)) {
      const words = bytesOf(await this.#exchange(this.#sum, wordsOf(given, start, end)));
      whole.set(words.subarray(0, end - start), start);
    }
    return whole;
  }

  async anyRank(wish: boolean): Promise<boolean> {
    const [wishes = 0] = await this.#exchange(this.#sum, Int32Array.of(wish ? 1 : 0));
    return wishes > 0;
  }

  async #exchange<T extends tf.Tensor>(
    exchange: CompiledFunction<[tf.Tensor1D], T>,
    values: Int32Array,
  ): Promise<Int32Array> {
    const own = tf.tensor1d(values, 'int32');
    const result = (await exchange(own)) as tf.Tensor;
    own.dispose();
    const data = (await result.data()) as Int32Array;
    result.dispose();
    return data;
  }
}

/** Returns a length as two words, because one word holds less than 2 GiB. */
export function wordsOfLength(length: number): Int32Array {
  return Int32Array.of(length % LENGTH_BASE, Math.floor(length / LENGTH_BASE));
}

/** Returns the lengths that such pairs of words represent. */
export function lengthsIn(words: Int32Array): number[] {
  return Array.from(
    { length: words.length / 2 },
    (_, index) => (words[2 * index] ?? 0) + (words[2 * index + 1] ?? 0) * LENGTH_BASE,
  );
}

/** Splits `length` bytes into parts: the start and end of each. */
function parts(length: number): (readonly [start: number, end: number])[] {
  return Array.from({ length: Math.ceil(length / PART_BYTES) }, (_, index) => {
    const start = index * PART_BYTES;
    return [start, Math.min(length, start + PART_BYTES)] as const;
  });
}

/** Returns the bytes from `start` to `end` as words, padded to the next power of two so that there are few shapes. */
function wordsOf(bytes: Uint8Array, start: number, end: number): Int32Array {
  const size = Math.max(SMALLEST_PART_BYTES, 2 ** Math.ceil(Math.log2(end - start)));
  const words = new Int32Array(size / 4);
  new Uint8Array(words.buffer).set(bytes.subarray(start, end));
  return words;
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
