import { runInNewContext } from 'node:vm';
import { searchWeight } from '../../docs/.site/search-weight';
import { shortCode } from '../../docs/.site/short-code';

it('the search puts guides before options, exports and decisions', () => {
  const pages = ['resuming', 'reference/options/data', 'reference/api/data/image', 'adr/0014-what'];
  const weights = pages.map((page) => searchWeight(`/base/${page}.html#part`));
  expect(weights).toEqual([...weights].sort((a, b) => b - a));
  expect(new Set(weights).size).toBe(pages.length);
});

it('the search weighs pages by a function that stands alone, for it is sent to the browser as text', () => {
  const sent = runInNewContext(`(${String(searchWeight)})`) as typeof searchWeight;
  expect(sent('/base/adr/0014-what.html')).toBe(searchWeight('/base/adr/0014-what.html'));
});

it('short code between words stays on one line, and long code may break', () => {
  const marked: string[] = [];
  const code = (content: string) => ({
    type: 'code_inline',
    content,
    attrJoin: (name: string, value: string) => marked.push(`${content}: ${name} ${value}`),
  });
  const tokens = [{ children: [code('--knn.k 20'), code('--data.path photos --data.viewSize 96')] }];
  const push = (_: string, rule: (state: { tokens: typeof tokens }) => void) => rule({ tokens });
  shortCode({ core: { ruler: { push } } } as unknown as Parameters<typeof shortCode>[0]);
  expect(marked).toEqual(['--knn.k 20: class short']);
});
