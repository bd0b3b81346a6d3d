/** A memory of WebAssembly. Growth, in pages of 64 KiB, puts a new buffer into the place of the old one. */
export interface GrowingMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

// Node has it, but its type comes with the browser's only.
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const compiled = new Map<string, object>();

/** A new instance of a module in base64, with a memory of its own. Each module is compiled once in a thread. */
export function instantiate(base64: string): unknown {
  const known = compiled.get(base64);
  const module = known ?? new WebAssembly.Module(Buffer.from(base64, 'base64'));
  if (known === undefined) compiled.set(base64, module);
  return new WebAssembly.Instance(module).exports;
}
