import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32c, maskedCrc32c } from '../../../plugins/tensorboard-logger/event-file';
import { scalarsEvent, sessionStartEvent, versionEvent } from '../../../plugins/tensorboard-logger/events';
import { hparamsEndEvent, hparamsStartEvent } from '../../../plugins/tensorboard-logger/events';
import { tfRecord } from '../../../plugins/tensorboard-logger/event-file';
import { readEvent, readRecords } from './event-reader';

/**
 * Written by the Python package tensorboard 2.21.0 with protobuf 7.36.2: its `RecordWriter` on its own messages,
 * serialised deterministically.
 */
const reference = (
  JSON.parse(readFileSync(join(__dirname, 'data/records.json'), 'utf8')) as {
    records: Record<string, string>;
  }
).records;

describe('records of an event file', () => {
  const at = (step: number) => ({ time: 1700000000.5, step });

  it.each([
    ['version', versionEvent(at(0))],
    ['sessionStart', sessionStartEvent(at(300))],
    ['scalars', scalarsEvent(at(5_000_000_000), { loss: -0.1, 'train/größe': NaN })],
    ['hparamsStart', hparamsStartEvent(at(0), { name: 'größer', lr: 0.06, nesterov: true })],
    ['hparamsEnd', hparamsEndEvent(at(0))],
  ])("equal the Python package's bytes: %s", (name, event) => {
    expect(tfRecord(event).toString('hex')).toBe(reference[name]);
  });

  it('write a boolean that is false, and other values as JSON', () => {
    const text = hparamsStartEvent(at(0), { nesterov: false, milestones: [1, 2], warmup: null }).toString(
      'latin1',
    );
    expect(text).toContain('\n\bnesterov\x12\x02\x20\x00');
    expect(text).toContain('\n\nmilestones\x12\x07\x1a\x05[1,2]');
    expect(text).toContain('\n\x06warmup\x12\x06\x1a\x04null');
  });

  // RFC 3720, B.4: 32 bytes of zeros, of ones, rising; and the check value of "123456789".
  it.each([
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
    [Buffer.from('123456789'), 0xe3069283],
  ])('are guarded by CRC-32C', (data, checksum) => {
    expect(crc32c(data)).toBe(checksum);
    expect(maskedCrc32c(data)).toBe((((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0);
  });

  it('are rejected by the reader when a bit is wrong, and ignored when cut short', () => {
    const record = tfRecord(scalarsEvent(at(1), { loss: 0.5 }));
    const wrong = Buffer.from(record);
    wrong.writeUInt8(wrong.readUInt8(20) ^ 1, 20);
    expect(() => readRecords(wrong)).toThrow(/^checksum \d+ does not fit the data$/);
    const [first, ...others] = readRecords(Buffer.concat([record, record.subarray(0, record.length - 1)]));
    expect(others).toEqual([]);
    expect(first === undefined ? null : readEvent(first).scalars).toEqual({ loss: 0.5 });
  });
});
