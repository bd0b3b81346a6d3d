/** The names of nodes in a file. */
export interface NodeNames {
  /** Names by the nodes' names in the graph. */
  readonly nodes: ReadonlyMap<string, string>;
  /** Names of the output nodes, in the order of the outputs. */
  readonly outputs: readonly string[];
}

/**
 * Makes names that TensorFlow accepts: ASCII letters, digits, `_`, `.`, `-` and `/`, starting with a letter, a digit or
 * a dot. Names of users' fields may differ (`größe`, `$scale`), and their replacements must not equal another node's
 * name. Source: `IsValidNodeName` of `tensorflow/core/framework/node_def_util.cc`.
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
