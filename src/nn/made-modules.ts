/** Modules as they were made. Nothing here keeps a module alive. */
let made: WeakRef<object>[] = [];
/** So many are there before those that are gone are looked for. */
let room = 1024;

export function rememberModule(module: object): void {
  if (made.length >= room) {
    made = made.filter((reference) => reference.deref() !== undefined);
    room = Math.max(1024, 2 * made.length);
  }
  made.push(new WeakRef(module));
}

/** Every module that somebody still holds. */
export function livingModules(): object[] {
  return made.flatMap((reference) => reference.deref() ?? []);
}
