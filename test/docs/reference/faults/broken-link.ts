interface Hidden {
  readonly value: number;
}

/** A function that leads to {@link nowhere}. */
export function broken(hidden: Hidden): number {
  return hidden.value;
}
