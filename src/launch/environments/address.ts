/** Where a process listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The parts of `host:port` or `[IPv6]:port`; `null` for any other text. */
export function parseAddress(text: string): Address | null {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^[\]\s]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}

/** An IPv4 address that came as IPv6, as IPv4: `10.0.0.5` for `::ffff:10.0.0.5`. */
export function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** Whether a host is reached from its own machine only. */
export function isLoopback(host: string): boolean {
  return /^127(\.\d+){3}$/.test(host) || host === '::1' || host.toLowerCase() === 'localhost';
}

/** Where a rank stands among those whose addresses have the same host. */
export function placeOnHost(
  addresses: readonly string[],
  rank: number,
): { readonly localRank: number; readonly localWorldSize: number } {
  const hosts = addresses.map((address) => parseAddress(address)?.host.toLowerCase());
  const neighbours = hosts.flatMap((host, other) => (host === hosts[rank] ? [other] : []));
  return { localRank: neighbours.indexOf(rank), localWorldSize: neighbours.length };
}
