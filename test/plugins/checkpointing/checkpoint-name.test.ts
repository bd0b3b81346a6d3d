import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointing } from '../../../plugins/checkpointing';
import {
  checkpointName,
  formatNumber,
  parseNumberFormat,
} from '../../../plugins/checkpointing/checkpoint-name';

/** What `format(value, spec)` of Python 3.12 returns. */
const formats = JSON.parse(readFileSync(join(__dirname, 'data', 'formats.json'), 'utf8')) as [
  value: number | string,
  spec: string,
  text: string,
][];

describe("a checkpoint's name", () => {
  it('formats numbers as Python does', () => {
    const ours = formats.map(([value, spec]) => [
      value,
      spec,
      formatNumber(Number(value), parseNumberFormat(spec) ?? { width: 0, precision: 0, type: 'd' }),
    ]);
    expect(ours).toEqual(formats);
  });

  const values = { epoch: 3, step: 96, 'val/loss': -0.51234, 'a:b': 2, accuracy: 0.875 };
  it.each([
    ['epoch={epoch}-step={step}', 'epoch=3-step=96'],
    ['{epoch:02d}-{val/loss:.2f}', '03--0.51'],
    ['epoch={epoch:04d} {accuracy:.1%}', 'epoch=0003 87.5%'],
    ['{step}-{a:b}', '96-none'],
    ['{step}-{a:b:.0f}', '96-2'],
    ['{step:e}{epoch:g}', '9.600000e+013'],
    ['{step}-{knn:.3f}-{knn}', '96-none-none'],
    ['{step}-{constructor}', '96-none'],
  ])('is filled in from its template %s', (filename, name) => {
    // `{a:b}` is refused before: a name with a colon needs a format.
    if (filename !== '{step}-{a:b}') expect(checkpointing({ filename }).problems).toEqual([]);
    expect(checkpointName(filename, values)).toBe(name);
  });

  const formatOf = (place: string, meant: string) =>
    `expected a format of d, f, e, g or % in ${place}, such as ${meant}`;
  it.each([
    ['{step}-{val_loss:3}', formatOf('{val_loss:3}', '{val_loss:.3f}')],
    ['{step}-{val_loss:.2}', formatOf('{val_loss:.2}', '{val_loss:.2f}')],
    ['{step}-{val_loss:>8.2f}', formatOf('{val_loss:>8.2f}', '{val_loss:.2f}')],
    ['{step}-{val_loss:8.2f}', formatOf('{val_loss:8.2f}', '{val_loss:.2f}')],
    ['{step}-{val_loss:}', formatOf('{val_loss:}', '{val_loss:.2f}')],
    ['{step}-{val_loss:,}', formatOf('{val_loss:,}', '{val_loss:.2f}')],
    ['{step}-{a:b}', formatOf('{a:b}', '{a:.2f}')],
    ['{epoch:3}', formatOf('{epoch:3}', '{epoch:02d}')],
    ['{epoch:.2d}', formatOf('{epoch:.2d}', '{epoch:02d}')],
    [
      '{step}-{val_loss:03d}',
      'expected a format for a metric, which is not a whole number, in {val_loss:03d}: {val_loss:.2f}',
    ],
    ['{step}-{}', "expected a metric's name in {}"],
    ['{step}-{:.2f}', "expected a metric's name in {:.2f}"],
    ['{step', 'expected every { to have a matching }'],
    ['{{step}}', 'expected every { to have a matching }'],
    ['a/{step}', 'expected a name without / or \\ that does not start with a dot'],
    ['.{step}', 'expected a name without / or \\ that does not start with a dot'],
    ['{step}\n', 'expected a name without line breaks and control characters'],
    [`{step}${'x'.repeat(200)}`, 'expected at most 160 characters in addition to the values'],
    ['model', 'expected {epoch} or {step} in it'],
    ['{val_loss:.2f}', 'expected {epoch} or {step} in it'],
    ['', 'expected {epoch} or {step} in it'],
  ])('is rejected together with the other options for the template %p', (filename, problem) => {
    expect(checkpointing({ filename }).problems).toEqual([
      `checkpointing(): filename is ${JSON.stringify(filename)} (${problem}).`,
    ]);
  });
});
