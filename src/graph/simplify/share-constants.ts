import type { GraphConstant } from '../frozen-graph';
import type { GraphEditor } from './graph-editor';

/** Larger constants are rarely equal. */
const MOST_SHARED_BYTES = 256;

/** Shares equal small constants, such as shapes and axes. */
export function shareConstants(editor: GraphEditor): void {
  const known = new Map<string, string>();
  for (const { name, constant } of editor.finish().nodes) {
    if (constant === undefined || constant.values.byteLength > MOST_SHARED_BYTES) continue;
    const key = keyOf(constant);
    const first = known.get(key);
    if (first === undefined) known.set(key, name);
    else editor.redirect({ node: name, output: 0 }, { node: first, output: 0 });
  }
}

function keyOf({ dtype, shape, values }: GraphConstant): string {
  const bytes = Buffer.from(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  return `${dtype}|${shape.join()}|${bytes.toString('latin1')}`;
}
