import * as ts from 'typescript';
import * as metadata from '../../src/metadata';

/** Runs a class as a compiler with these options compiles it, and returns it. */
function compiled(source: string, options: ts.CompilerOptions): new () => object {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, ...options };
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  const names = Object.keys(metadata).join(', ');
  const code = `const exports = {}; const { ${names} } = metadata; ${outputText}; return exports;`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const load = new Function('metadata', code) as (names: typeof metadata) => {
    readonly Subject: new () => object;
  };
  return load(metadata).Subject;
}

const decorators = { experimentalDecorators: true, useDefineForClassFields: false };
const needed =
  "Fulgur's decorators require TypeScript's option experimentalDecorators. " +
  'Set "experimentalDecorators": true and "useDefineForClassFields": false in the compilerOptions of tsconfig.json.';

describe('a class that is compiled without experimentalDecorators', () => {
  it.each([
    ["@Experiment({ name: 'subject' })", '', "@Experiment on the class 'Subject'"],
    ["@Plugin({ name: 'subject' })", '', "@Plugin on the class 'Subject'"],
    ['', '@HyperParameter() lr = 0.06;', "@HyperParameter on the field 'lr'"],
  ])('is told the compiler options: %s %s', (above, field, where) => {
    expect(() => compiled(`${above} export class Subject { ${field} }`, {})).toThrow(
      new Error(`${where} was compiled as a standard decorator of ECMAScript. ${needed}`),
    );
  });
});

describe('a class that is compiled with experimentalDecorators', () => {
  const source = `
    class Base {}
    @Experiment({ name: 'subject' }) export class Subject extends Base {
      @HyperParameter() lr = 0.06; @HyperParameter() width = 64; readonly doubled = this.lr * 2;
    }`;

  it('has its hyperparameters', () => {
    const subject = compiled(source, decorators);
    expect(metadata.hyperParameterDefaults(subject)).toEqual({ lr: 0.06, width: 64 });
    expect(metadata.constructExperiment(subject, { lr: 1, width: 8 })).toMatchObject({
      lr: 1,
      width: 8,
      doubled: 2,
    });
  });

  it.each([
    ['with useDefineForClassFields', { useDefineForClassFields: true }],
    ['with the default for ES2022', {}],
  ])('is rejected if its fields are defined: %s', (_, options) => {
    const subject = compiled(source, { experimentalDecorators: true, ...options });
    expect(() => metadata.hyperParameterDefaults(subject)).toThrow(
      new Error(
        "No option can set 'lr', 'width' of 'Subject': the compiler defines such fields instead of assigning them. " +
          'The compiler option useDefineForClassFields is on, which is the default from the target ES2022 on. ' +
          'Set "experimentalDecorators": true and "useDefineForClassFields": false in the compilerOptions of tsconfig.json.',
      ),
    );
  });
});
