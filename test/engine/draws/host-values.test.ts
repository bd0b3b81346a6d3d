import nodeCrypto from 'node:crypto';
import { compile, start, stepInput, tf } from '../../../src';

beforeAll(async () => {
  await start({ accelerator: 'cpu', seed: 1 });
});

const random: readonly (readonly [call: string, read: () => number])[] = [
  ['Math.random()', () => Math.random()],
  ['crypto.getRandomValues()', () => globalThis.crypto.getRandomValues(new Uint8Array(1))[0]!],
  ['crypto.randomUUID()', () => globalThis.crypto.randomUUID().length],
  ['crypto.randomBytes()', () => nodeCrypto.randomBytes(1)[0]!],
  ['crypto.randomInt()', () => nodeCrypto.randomInt(9)],
  ['Math.random()', () => tf.util.randUniform(0, 1)],
  ['Math.random()', () => tf.util.createShuffledIndices(8)[0]!],
];
const clocks: readonly (readonly [call: string, read: () => number])[] = [
  ['Date.now()', () => Date.now() % 7],
  ['new Date()', () => new Date().getDay()],
  ['performance.now()', () => performance.now() % 7],
];

describe.each([
  ['compiled', false],
  ['eager', true],
])('in a step, %s,', (_, eager) => {
  it.each(random)('%s is rejected, with the alternative', async (call, read) => {
    const step = compile(() => tf.scalar(read()), { name: 'step', eager });
    await expect(step()).rejects.toMatchObject({
      kind: 'trace',
      message:
        `${call} was called in 'step'. A step is traced once, so the number would be the same at every step. ` +
        `Draw with tf.randomUniform([]), which differs at every step and is the same on resume, or read the number with stepInput(() => ${call}).`,
    });
  });

  it.each([...random, ...clocks])('%s is read at every call by stepInput, silently', async (__, read) => {
    const said: string[] = [];
    let reads = 0;
    const counted = (): number => {
      reads += 1;
      return read();
    };
    const step = compile(() => stepInput(counted), {
      name: 'step',
      eager,
      onNotice: (message) => said.push(message),
    });
    for (let call = 0; call < 3; call++) await step();
    expect([reads, said]).toEqual([3, []]);
    step.dispose();
  });
});

it.each(clocks)(
  '%s is noticed once where it is traced, and not where each call reads it',
  async (call, read) => {
    const said: string[] = [];
    const options = { name: 'step', onRetrace: () => undefined, onNotice: (text: string) => said.push(text) };
    const run = (x: tf.Tensor): tf.Tensor => tf.add(x, read() + read());
    const compiled = compile(run, options);
    const inputs = [tf.zeros([1]), tf.zeros([2])];
    for (const input of [...inputs, ...inputs]) (await compiled(input)).dispose();
    expect(said).toEqual([
      `${call} was called while 'step' was being traced: the compiled step keeps the time of its trace. If the step uses it in computations, read it with stepInput(() => ${call}).`,
    ]);
    const eager = compile(run, { ...options, eager: true });
    for (const input of inputs) (await eager(input)).dispose();
    expect(said).toHaveLength(1);
    compiled.dispose();
  },
);

it('a date with a given time is not a clock', async () => {
  const warn = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const step = compile(() => tf.scalar(new Date(2020, 1, 1).getMonth() + Date.UTC(1970, 0, 1)));
  expect(await step()).toBe(1);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
  step.dispose();
});

it("the host's functions are as they were afterwards, also after an error", async () => {
  const facts = (): unknown[] => [
    Math.random,
    Date,
    Date.now,
    Object.getOwnPropertyDescriptor(performance, 'now'),
    Object.getOwnPropertyDescriptor(globalThis.crypto, 'randomUUID'),
    nodeCrypto.randomBytes,
  ];
  const before = facts();
  const step = compile(() => tf.scalar(Math.random()));
  await expect(step()).rejects.toThrow('Math.random()');
  expect(facts()).toEqual(before);
  facts().forEach((fact, index) => {
    if (typeof fact === 'function') expect(fact).toBe(before[index]);
  });
  expect(new Date()).toBeInstanceOf(Date);
  expect(Math.random()).toBeLessThan(1);
});

it('frozen objects of the host are left alone', async () => {
  const freeze = { own: Object.getOwnPropertyDescriptor(Math, 'random')! };
  Object.defineProperty(Math, 'random', { ...freeze.own, writable: false, configurable: false });
  const step = compile(() => tf.scalar(Math.random() * 0 + 2));
  expect(await step()).toBe(2);
  step.dispose();
});
