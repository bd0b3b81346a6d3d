import { listNames } from '../../src/nn';

const all = [
  ...[
    'spare',
    'backbone.conv1.weight',
    'backbone.bn1.weight',
    'backbone.bn1.bias',
    'head.weight',
    'head.bias',
  ],
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g'],
];

it.each([
  [['spare'], 'spare'],
  [['spare', 'head.bias'], 'spare and head.bias'],
  [['head.weight', 'head.bias'], 'head.* (2)'],
  [['backbone.bn1.weight', 'backbone.bn1.bias', 'head.bias'], 'backbone.bn1.* (2) and head.bias'],
  [
    ['backbone.conv1.weight', 'backbone.bn1.weight', 'backbone.bn1.bias', 'a', 'b'],
    'backbone.* (3), a and b',
  ],
  [['a', 'b', 'c', 'd', 'e', 'f'], 'a, b, c, d, e and f'],
  [all.slice(4), 'head.* (2), a, b, c, d, e and 2 more'],
  [[], ''],
])('listNames writes %j as "%s"', (names, text) => {
  expect(listNames(names, all)).toBe(text);
});
