import { FulgurError } from '../errors';

/** The settings of tsconfig.json that Fulgur's decorators need. */
export const neededCompilerOptions =
  'Set "experimentalDecorators": true and "useDefineForClassFields": false in the compilerOptions of tsconfig.json.';

/**
 * Checks the form in which a decorator is called. Fulgur's decorators are TypeScript's own, because ECMAScript's cannot
 * decorate parameters of a constructor. A compiler without that option calls them in ECMAScript's form, with an object
 * that describes the class or the field as the second argument.
 *
 * @param decorator as written in the code: `@Experiment`.
 * @param args the arguments of the call.
 * @throws FulgurError `config` for a call in ECMAScript's form.
 */
export function requireTypeScriptForm(decorator: string, args: readonly unknown[]): void {
  const [, context] = args;
  if (typeof context !== 'object' || context === null || !('kind' in context)) return;
  const { kind, name = '' } = context as { readonly kind: string; readonly name?: string };
  throw new FulgurError('config', {
    what: `${decorator} on the ${kind} '${name}' was compiled as a standard decorator of ECMAScript.`,
    why: "Fulgur's decorators require TypeScript's option experimentalDecorators.",
    fix: neededCompilerOptions,
  });
}
