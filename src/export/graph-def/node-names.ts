/** Names that nodes have in a file. */
export interface NodeNames {
  /** By their names in the graph. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Of the nodes that give the outputs, in the outputs' order. */
  readonly outputs: readonly string[];
}

/**
 * Names that TensorFlow takes: letters of ASCII, digits, `_`, `.`, `-` and `/`, the first one a letter, a digit or a dot. Names
 * of users' fields may be others (`größe`, `$scale`), and what stands in their place must not be another node's name.
 * Source: `IsValidNodeName` of `tensorflow/core/framework/node_def_util.cc`.
 */
export function validNames(nodes: readonly string[], outputs: readonly string[]): NodeNames {
  const taken = new Set(nodes.filter((name) => validName(name) === name));
  const unique = (name: string): string => {
    let found = name;
    for (let count = 1; taken.has(found); count++) found = `${name}_${count}`;
    taken.add(found);
    return found;
  };
  return {
    nodes: new Map(
      nodes.map((name) => {
        const valid = validName(name);
        return [name, valid === name ? name : unique(valid)];
      }),
    ),
    outputs: outputs.map((name) => unique(validName(name))),
  };
}

function validName(name: string): string {
  const letters = name.replace(/[^A-Za-z0-9_./-]/g, '_');
  return /^[A-Za-z0-9.]/.test(letters) ? letters : `n${letters}`;
}
