/** A name as MLflow takes it for metrics and params: other characters become `_`, and 250 are the most. */
export function entityName(name: string): string {
  return name.replace(/[^\p{L}\p{N}_\-. :/]/gu, '_').slice(0, 250);
}
