import { FulgurError } from '../errors';

/** What tsconfig.json needs for Fulgur's decorators. */
export const neededCompilerOptions =
  'Set "experimentalDecorators": true and "useDefineForClassFields": false in the compilerOptions of tsconfig.json.';

/**
 * Fulgur's decorators are TypeScript's own, since a constructor's parameters cannot be decorated in ECMAScript's form. A compiler
 * that was not told so calls them in that form, with an object that describes the class or the field as the second argument.
 *
 * @param decorator as it stands in the code: `@Experiment`.
 * @param args what it was called with.
 * @throws FulgurError `config` for a call in ECMAScript's form.
 */
export function requireTypeScriptForm(decorator: string, args: readonly unknown[]): void {
  const [, context] = args;
  if (typeof context !== 'object' || context === null || !('kind' in context)) return;
  const { kind, name = '' } = context as { readonly kind: string; readonly name?: string };
  throw new FulgurError('config', {
    what: `${decorator} on the ${kind} '${name}' was compiled as a standard decorator of ECMAScript.`,
    why: "Fulgur's decorators are those of TypeScript's option experimentalDecorators.",
    fix: neededCompilerOptions,
  });
}
