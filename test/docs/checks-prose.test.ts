import { proseProblems } from '../../docs/.site/checks/prose';
import { textsOfCode } from '../../docs/.site/checks/texts';

const messages = (file: string, text: string): string[] =>
  proseProblems(file, text).map(({ line, message }) => `${line} ${/"(.*?)"/.exec(message)?.[1] ?? ''}`);

it('finds a phrase in comments, in messages over several literals and in names of tests', () => {
  const code = [
    '/**',
    ' * The batch at',
    ' * hand, but for the last.',
    ' */',
    "const address = 'http://there'; // As ever.",
    'throw new Error(`The path ${`of ${name}`} is ` + `no folder, and ${name} is no ${kind}.`);',
    "it('sees to it that batches are equal', () => undefined);",
  ].join('\n');
  expect(messages('src/a.ts', code)).toEqual([
    '2 at hand',
    '3 but for',
    '5 As ever',
    '6 is no',
    '6 is no',
    '7 sees to it that',
  ]);
});

it('leaves code in backticks, identifiers and correct sentences alone', () => {
  const code = [
    '// `sees to` is quoted. There is no label here, so it is no longer read.',
    'const anew = /but for/; import a from "but for";',
    "const message = `${anew} is not a folder.` + 'x';",
  ].join('\n');
  expect(messages('src/a.ts', code)).toEqual([]);
});

it('reads prose of a page, the comments in its code blocks and the texts of its TypeScript', () => {
  const page = [
    '# Be it so',
    '',
    'A run `goes on`, or goes',
    'on.',
    '',
    '```ts',
    '// anew',
    "throw new Error('There is no option x.');",
    '```',
    '',
  ];
  expect(messages('docs/a.md', page.join('\n'))).toEqual([
    '1 Be it so',
    '3 goes on',
    '7 anew',
    '8 There is no option',
  ]);
});

it('keeps the place of every text', () => {
  const code = "const a = 'one' + two + `three ${four('five')} six`; /* seven\n * eight */";
  expect(
    textsOfCode(code).map(({ kind, start, prose }) => [kind, code.slice(start, start + prose.length), prose]),
  ).toEqual([
    [
      'string',
      "'one' + two + `three ${four('five')} six`",
      ` one    \uFFFC\uFFFC\uFFFC    three   ${'\uFFFC'.repeat(12)}  six `,
    ],
    ['string', "'five'", ' five '],
    ['comment', '/* seven\n * eight */', '   seven\n   eight   '],
  ]);
});
