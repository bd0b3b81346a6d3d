import { blocksOf } from '../../docs/.site/checks/blocks';
import { codeProblems, parseProblems } from '../../docs/.site/checks/code-blocks';
import { Compiler } from '../../docs/.site/checks/compile';

// Sources are parsed once for both tests.
const compiler = new Compiler();

const page = (...lines: string[]): string => lines.join('\n');

it('names the line of each block that does not compile, and accepts those that build on earlier ones', () => {
  const whole = page(
    '```ts',
    "import { optim } from 'fulgur';",
    "import { csvLogger } from 'fulgur/plugins/csv-logger';",
    '',
    'export const plugins = [csvLogger()];',
    'optim.sgdd([]);',
    '```',
    '',
    '- a list',
    '',
    '  ```ts',
    '  const transform = views.simclr({ inputSize: 96, size: 3 });',
    '  ```',
    '',
    '```ts fragment=options',
    "data: { name: 'digits', transform },",
    'plugins: [...plugins, progressBarr()],',
    '```',
    '',
    '```ts fragment=members',
    'override configureOptimizers() {',
    '  return optim.sgd(this, { learningRat: 0.1 });',
    '}',
    '```',
    '',
    '```ts',
    '// scale.ts',
    'export const scale = 2;',
    '```',
    '',
    '```ts',
    "import { scale } from './scale.js';",
    '',
    'await Promise.resolve(scale.length);',
    '```',
    '',
    '```ts fragment=options',
    'data: missing,',
    '```',
  );
  const found = codeProblems([['docs/a.md', whole]], compiler);
  expect(found.map(({ line, message }) => `${line} ${message.slice(0, 40)}`)).toEqual([
    "6 Property 'sgdd' does not exist on type '",
    '12 Object literal may only specify known pr',
    "17 Cannot find name 'progressBarr'.",
    "22 Argument of type 'this' is not assignabl",
    "34 Property 'length' does not exist on type",
    "38 Cannot find name 'missing'.",
  ]);
});

it('lets blocks of a page import one whose fence names a file', () => {
  const whole = page(
    '```ts [scale.ts]',
    'export const scale = 2;',
    '```',
    '',
    '```ts [use.ts]',
    "import { scale } from './scale';",
    'console.log(scale.length);',
    '```',
  );
  expect(codeProblems([['docs/a.md', whole]], compiler)).toEqual([
    { file: 'docs/a.md', line: 7, message: "Property 'length' does not exist on type '2'." },
  ]);
});

it('wants the error that a block announces, and no other', () => {
  const block = (info: string, code: string): string => page(`\`\`\`ts ${info}`, code, '```', '');
  const whole = [
    block('error="not assignable to type \'number\'"', "const a: number = 'one';"),
    block('error="not assignable to type \'number\'"', 'const a: number = 1;'),
    block('error="not assignable"', 'const a: number = b;'),
  ].join('');
  expect(codeProblems([['docs/a.md', whole]], compiler)).toEqual([
    {
      file: 'docs/a.md',
      line: 5,
      message: `The block must give the error "not assignable to type 'number'", but gives: none`,
    },
    {
      file: 'docs/a.md',
      line: 8,
      message: `The block must give the error "not assignable", but gives: Cannot find name 'b'.`,
    },
  ]);
});

it('parses JSON, YAML, scripts and shell commands, and knows which languages there may be', () => {
  const whole = [
    ['json', '{ "a": 1, }'],
    ['yaml', 'a: [1'],
    ['bash', 'for x in a; do'],
    ['js', 'const = 1'],
    ['jsn', '{}'],
    ['ts fragment=option', 'a'],
    ['json', '{ "a": 1 }'],
    ['bash', 'npm ci && ls | wc -l'],
    ['', 'a tree'],
  ]
    .map(([info = '', code = '']) => page('```' + info, code, '```', ''))
    .join('');
  const problems = blocksOf('docs/a.md', whole).flatMap(parseProblems);
  expect(problems.map(({ line, message }) => `${line} ${message.split('\n')[0] ?? ''}`)).toEqual([
    '2 Expected double-quoted property name in JSON at position 10',
    '5 Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 6:',
    '8 bash: line 2: syntax error: unexpected end of file',
    '11 Variable declaration expected.',
    "14 Unknown language 'jsn' of a block. Use one of: json, yaml, bash, sh, js, mjs, html, python, text, ts.",
    "17 Unknown fragment 'option'. Use one of: options, members.",
  ]);
});
