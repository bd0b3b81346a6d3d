/**
 * A field's name as PyTorch writes it: `projectionHead` becomes `projection_head`, `bn1` and `layer1` stay as they are.
 */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase();
}

/** A member's full name below its owner's. */
export function joinName(owner: string, member: string): string {
  return owner === '' ? member : `${owner}.${member}`;
}
