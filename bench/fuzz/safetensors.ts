import type { StateTensor } from '../../src/contracts';
import type { RandomStream } from '../../src/engine/random';
import { decodeSafetensors, encodeSafetensors, readSafetensors } from '../../src/nn/state';
import type { SafetensorsFile } from '../../src/nn/state';
import { changed, damaged, deepJson, number, pick, times, word } from './draws';
import { accepted, defect, refusalOf } from './outcome';
import type { Group, Outcome } from './outcome';

const arrays = { F32: Float32Array, I32: Int32Array, I64: BigInt64Array, U8: Uint8Array, BOOL: Uint8Array };
const dtypes = ['F32', 'I32', 'I64', 'U8', 'BOOL'] as const;

/** Tensors of any type, name and shape, including empty ones and scalars. */
export const safetensors: Group = {
  name: 'safetensors',
  limit: 5000,
  async run(draw) {
    const state = drawState(draw);
    let sound: Buffer;
    try {
      sound = Buffer.from(encodeSafetensors(state, draw.chance(0.3) ? { [word(draw)]: word(draw) } : {}));
    } catch (error) {
      return refusalOf(error);
    }
    if (draw.chance(0.3)) return roundTrip(sound, state);
    const bytes = draw.chance(0.5) ? damaged(draw, sound) : withOtherHeader(draw, sound);
    return judge(bytes);
  },
};

/** A damaged file, as used in the table of Python's verdicts and the comparison with Python. */
export function drawFile(draw: RandomStream): Buffer {
  try {
    const sound = Buffer.from(encodeSafetensors(drawState(draw)));
    return draw.chance(0.4) ? damaged(draw, sound) : withOtherHeader(draw, sound);
  } catch {
    return Buffer.alloc(0);
  }
}

function drawState(draw: RandomStream): Map<string, StateTensor> {
  return new Map(
    times(draw.below(5), () => {
      const dtype = pick(draw, dtypes);
      const shape = times(draw.below(4), () => draw.below(4));
      const size = shape.reduce((product, extent) => product * extent, 1);
      const bytes = new Uint8Array(size * arrays[dtype].BYTES_PER_ELEMENT);
      bytes.forEach((_, at) => (bytes[at] = dtype === 'BOOL' ? draw.below(2) : draw.below(256)));
      return [word(draw), { dtype, shape, data: new arrays[dtype](bytes.buffer) }] as const;
    }),
  );
}

function roundTrip(file: Buffer, state: ReadonlyMap<string, StateTensor>): Outcome {
  const { tensors } = decodeSafetensors(file);
  if (tensors.size !== state.size) return defect('tensors were lost on the way');
  for (const [name, { dtype, shape, data }] of state) {
    const read = tensors.get(name);
    const same =
      read?.dtype === dtype &&
      String(read.shape) === String(shape) &&
      bytesOf(read).equals(bytesOf({ data }));
    if (!same) return defect('a tensor came back as another');
  }
  return accepted;
}

async function judge(bytes: Buffer): Promise<Outcome> {
  const whole = await attempt(() => decodeSafetensors(bytes));
  const pieces = await attempt(() =>
    readSafetensors({
      length: bytes.length,
      read: (begin, end) => Promise.resolve(Uint8Array.from(bytes.subarray(begin, end))),
    }),
  );
  if ('outcome' in whole) {
    if (!('outcome' in pieces)) return defect('is rejected as a whole, but read in pieces');
    return whole.outcome;
  }
  if ('outcome' in pieces) return defect('is read as a whole, but rejected in pieces');
  return valuesOf(whole.file, pieces.file, bytes);
}

/** Compares the values with those at the offsets in the header. */
function valuesOf({ tensors }: SafetensorsFile, other: SafetensorsFile, bytes: Buffer): Outcome {
  const dataStart = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, dataStart)) as Record<
    string,
    { dtype: string; data_offsets: number[] }
  >;
  for (const [name, tensor] of tensors) {
    const twin = other.tensors.get(name);
    if (twin === undefined || !bytesOf(twin).equals(bytesOf(tensor)))
      return defect('pieces give other values');
    const {
      dtype,
      data_offsets: [begin = 0, end = 0],
    } = header[name] ?? { dtype: '', data_offsets: [] };
    if (dtype !== tensor.dtype) continue;
    if (!bytesOf(tensor).equals(bytes.subarray(dataStart + begin, dataStart + end)))
      return defect('wrong values');
  }
  return accepted;
}

async function attempt(
  read: () => SafetensorsFile | Promise<SafetensorsFile>,
): Promise<{ file: SafetensorsFile } | { outcome: Outcome }> {
  try {
    return { file: await read() };
  } catch (error) {
    return { outcome: refusalOf(error) };
  }
}

/** The same data with a changed header. */
function withOtherHeader(draw: RandomStream, file: Buffer): Buffer {
  const dataStart = 8 + Number(file.readBigUInt64LE(0));
  const text = file.toString('utf8', 8, dataStart);
  const kind = draw.below(8);
  let next = JSON.stringify(changed(draw, JSON.parse(text)) ?? null);
  if (kind === 0) next = text.trimEnd().replace(/^\{(.*)\}$/s, '{$1,$1}');
  if (kind === 1) next = text.replace(/\[[\d,]*\]/, deepJson(draw, 1 << (4 + draw.below(12))));
  if (kind === 2)
    next = text.replace(/\d+/, () =>
      pick(draw, ['1e400', '-1', '1.5', '18446744073709551616', '01', '4294967297']),
    );
  if (kind === 3)
    next = text.replace(/"[A-Z]+\d*"/, () =>
      JSON.stringify(pick(draw, ['F16', 'BF16', 'F64', 'f32', 'C64', ''])),
    );
  if (kind === 4)
    next = text.replace(/\[[\d,]*\]/, `[${times(draw.below(6), () => number(draw)).join(',')}]`);
  const json = Buffer.from(next);
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(draw.chance(0.1) ? BigInt(draw.below(4096)) : BigInt(json.length));
  return Buffer.concat([head, json, file.subarray(dataStart)]);
}

function bytesOf({ data }: Pick<StateTensor, 'data'>): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
