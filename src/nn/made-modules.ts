/** The modules made so far. Nothing here keeps a module alive. */
let made: WeakRef<object>[] = [];
/** The number of references after which dead ones are removed. */
let room = 1024;

export function rememberModule(module: object): void {
  if (made.length >= room) {
    made = made.filter((reference) => reference.deref() !== undefined);
    room = Math.max(1024, 2 * made.length);
  }
  made.push(new WeakRef(module));
}

/** Returns every module that is still referenced elsewhere. */
export function livingModules(): object[] {
  return made.flatMap((reference) => reference.deref() ?? []);
}
