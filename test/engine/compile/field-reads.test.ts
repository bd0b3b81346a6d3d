import { hasChanged, noteRead, notingReads, withoutNotingReads } from '../../../src/engine';
import type { Watched } from '../../../src/engine';

class Thing {
  rate = 1;
  other = 2;
  readonly options = { depth: { value: 3 }, unused: 4 };
  list: number[] = [1, 2];
  tensor: object = {};
  #hidden = 5;
  #paired = 6;

  get hidden(): number {
    return this.#hidden;
  }
  get paired(): number {
    return this.#paired;
  }
  set paired(value: number) {
    this.#paired = value;
  }
  method(): number {
    return this.rate + this.#hidden;
  }
}

function watch(...things: object[]): Watched {
  return new Map(things.map((thing) => [thing, 'all'] as const));
}

function readsOf(thing: object, run: () => unknown): string[] {
  return notingReads(watch(thing), run).noted.reads.map(({ field }) => field);
}

it('notes the fields that are read, of any kind, and no others', () => {
  const thing = new Thing();
  const run = (): unknown => [
    thing.method(),
    thing.method(),
    thing.options.depth.value,
    thing.list[0],
    thing.tensor,
    thing.paired,
  ];
  expect(readsOf(thing, run).sort()).toEqual(
    ['rate', 'options', 'depth', 'value', 'list', 'tensor', 'paired'].sort(),
  );
});

it.each<[string, (thing: Thing) => unknown, (thing: Thing) => void, string[]]>([
  ['a number', (thing) => thing.rate, (thing) => void (thing.rate = 9), ['rate']],
  ['a number that was not read', (thing) => thing.rate, (thing) => void (thing.other = 9), []],
  ['a number that is the same again', (thing) => thing.rate, (thing) => void (thing.rate = 1), []],
  ['not a number', (thing) => thing.rate, (thing) => void (thing.rate = NaN), ['rate']],
  [
    'a value of plain options',
    (thing) => thing.options.depth.value,
    (thing) => void (thing.options.depth.value = 9),
    ['value'],
  ],
  [
    'another value of them',
    (thing) => thing.options.depth.value,
    (thing) => void (thing.options.unused = 9),
    [],
  ],
  ['an item of a list', (thing) => thing.list, (thing) => void (thing.list[1] = 9), ['list']],
  ['the length of a list', (thing) => thing.list, (thing) => void thing.list.push(9), ['list']],
  ['an equal list', (thing) => thing.list, (thing) => void (thing.list = [1, 2]), []],
  ['an object', (thing) => thing.tensor, (thing) => void (thing.tensor = {}), ['tensor']],
  [
    'a field behind a getter and a setter',
    (thing) => thing.paired,
    (thing) => void (thing.paired = 9),
    ['paired'],
  ],
  [
    'a field that is gone',
    (thing) => thing.rate,
    (thing) => void Reflect.deleteProperty(thing, 'rate'),
    ['rate'],
  ],
])('sees the change of %s', (_, read, change, expected) => {
  const thing = new Thing();
  const { noted } = notingReads(watch(thing), () => read(thing));
  expect(noted.reads.filter(hasChanged)).toEqual([]);
  change(thing);
  expect(noted.reads.filter(hasChanged).map(({ field }) => field)).toEqual(expected);
});

it('leaves objects as they were, also after an error', () => {
  const thing = new Thing();
  const before = Object.getOwnPropertyDescriptors(thing);
  notingReads(watch(thing), () => [thing.method(), thing.paired]);
  expect(Object.getOwnPropertyDescriptors(thing)).toEqual(before);
  expect(Object.keys(thing)).toEqual(Object.keys(before));
  expect(() =>
    notingReads(watch(thing), () => {
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(Object.getOwnPropertyDescriptors(thing)).toEqual(before);
});

it('keeps fields that are assigned, deleted or replaced meanwhile', () => {
  const thing = new Thing();
  notingReads(watch(thing), () => {
    thing.rate = 7;
    thing.paired = 8;
    Reflect.deleteProperty(thing, 'other');
    Object.defineProperty(thing, 'list', { get: () => 'mine', configurable: true });
  });
  expect([thing.rate, thing.paired, 'other' in thing, thing.list]).toEqual([7, 8, false, 'mine']);
});

it('ignores what the run itself assigns, except for numbers that it counts', () => {
  const thing = Object.assign(new Thing(), { cache: undefined as object | undefined, seen: 0 });
  const { noted } = notingReads(watch(thing), () => {
    thing.cache ??= {};
    thing.seen += 1;
    thing.seen += 1;
    thing.tensor = {};
    return thing.tensor;
  });
  expect(noted.reads).toEqual([]);
  expect(noted.counted.map(({ field, value }) => [field, value])).toEqual([['seen', 0]]);
});

it('tolerates what cannot be watched', () => {
  const frozen = Object.freeze({ rate: 1 });
  const sealed = Object.seal({ rate: 1 });
  const fixed = Object.defineProperty({ rate: 1 }, 'fixed', {
    value: 2,
    writable: false,
    configurable: true,
  });
  const closed = Object.preventExtensions(new Thing());
  const bare = Object.assign(Object.create(null) as { rate: number }, { rate: 1 });
  const proxied = new Proxy(
    new (class {
      rate = 1;
    })(),
    {},
  );
  const all = [frozen, sealed, fixed, closed, bare, proxied];
  const { result, noted } = notingReads(watch(...all), () => all.map(({ rate }) => rate));
  expect(result).toEqual([1, 1, 1, 1, 1, 1]);
  expect(noted.reads.map(({ owner }) => owner)).toEqual([fixed, closed, bare, proxied]);
  expect(closed.paired).toBe(6);
});

it('counts nothing that looks through all fields, and what is noted by hand', () => {
  const thing = new Thing();
  const run = (): void => {
    withoutNotingReads(() => Object.entries(thing));
    noteRead(thing, 'hidden', thing.hidden);
  };
  expect(readsOf(thing, run)).toEqual(['hidden']);
  noteRead(thing, 'hidden', 1);
});

it('may be nested, and watches single fields', () => {
  const [outer, inner] = [new Thing(), new Thing()];
  const { result, noted } = notingReads(watch(outer), () => {
    const nested = notingReads(new Map([[inner, ['rate']]]), () => [inner.rate, inner.other]);
    return [outer.rate, nested.noted.reads.length];
  });
  expect([result, noted.reads.map(({ owner, field }) => [owner, field])]).toEqual([
    [1, 1],
    [[outer, 'rate']],
  ]);
});
