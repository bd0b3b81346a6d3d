import { addWords, spellingProblems } from '../../docs/.site/checks/spelling';

type Words = Parameters<typeof addWords>[2];

it('finds misspelt words and American spelling, and leaves code and paths alone', () => {
  const words: Words = new Map();
  const page = [
    '# The colur of a view',
    '',
    'A `colur` in src/colur.ts, and a **behavior**:',
    'the Fulgur colours.',
    '',
  ];
  addWords('docs/a.md', page.join('\n'), words);
  addWords(
    'src/a.ts',
    "// A mesage.\nthrow new Error(`Choose anothr ${colur} of the list.`);\nconst a = 'colur';",
    words,
  );
  addWords('test/a.test.ts', "it('trains wel-known models', () => read('--a colur of the list'));", words);
  expect(
    spellingProblems(words, 'fulgur\n').map(({ file, line, message }) => `${file}:${line} ${message}`),
  ).toEqual([
    "docs/a.md:1 Unknown word 'colur'. Correct it, or add it to .cspell/words.txt if it is a term or a name.",
    "docs/a.md:3 Unknown word 'behavior'. Correct it, or add it to .cspell/words.txt if it is a term or a name.",
    "src/a.ts:1 Unknown word 'mesage'. Correct it, or add it to .cspell/words.txt if it is a term or a name.",
    "src/a.ts:2 Unknown word 'anothr'. Correct it, or add it to .cspell/words.txt if it is a term or a name.",
    "test/a.test.ts:1 Unknown word 'wel'. Correct it, or add it to .cspell/words.txt if it is a term or a name.",
  ]);
});

it('keeps the list of terms in order and short', () => {
  const words: Words = new Map();
  addWords('docs/a.md', 'The logits of Fulgur, and their size.', words);
  expect(spellingProblems(words, 'logits\nfulgur\nsize\n')).toEqual([
    { file: '.cspell/words.txt', line: 2, message: "'fulgur' must stand before 'logits'." },
    { file: '.cspell/words.txt', line: 3, message: "'size' is not needed. Delete it." },
  ]);
});
