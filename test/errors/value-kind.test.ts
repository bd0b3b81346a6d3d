import { counted, valueKind, withArticle } from '../../src/errors';

it.each<[unknown, string]>([
  [NaN, 'NaN'],
  [null, 'null'],
  [undefined, 'undefined'],
  [true, 'true'],
  ['0.5', 'the text "0.5"'],
  [[1], 'a list'],
  [{ in: 3 }, 'an object'],
  [Object.create(null), 'an object'],
  [new Map(), 'a Map'],
  [new (class Encoder {})(), 'an Encoder'],
  [() => 1, 'a function'],
  [Symbol('x'), 'a symbol'],
  [{ dtype: 'float32', shape: [4, 3] }, 'a tensor of shape [4, 3]'],
])('describes the kind of value %p', (value, words) => {
  expect(valueKind(value)).toBe(words);
});

it('chooses the article of a class name as it is spoken', () => {
  const names = [
    'Encoder',
    'Mlp',
    'MAEDecoder',
    'A',
    'User',
    'UpBlock',
    'Unet',
    'SwaV',
    'NNCLRHead',
    'Linear',
    'VICRegHead',
  ];
  expect(names.map(withArticle)).toEqual([
    ...[
      'an Encoder',
      'a Mlp',
      'an MAEDecoder',
      'an A',
      'a User',
      'an UpBlock',
      'a Unet',
      'a SwaV',
      'an NNCLRHead',
    ],
    ...['a Linear', 'a VICRegHead'],
  ]);
});

it('counts one and several', () => {
  expect([0, 1, 2].map((number) => counted(number, 'view'))).toEqual(['0 views', '1 view', '2 views']);
});
