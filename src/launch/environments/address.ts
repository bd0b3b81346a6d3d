/** The address at which a process listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Formats `host:port`, with brackets around an IPv6 address. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Parses `host:port` or `[IPv6]:port`; `null` for any other text. */
export function parseAddress(text: string): Address | null {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^[\]\s]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? null : { host, port };
}

/** Returns an IPv4 address given as IPv6 in IPv4 form: `10.0.0.5` for `::ffff:10.0.0.5`. */
export function unmapped(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

/** Whether a host can only be reached from its own machine. */
export function isLoopback(host: string): boolean {
  return /^127(\.\d+){3}$/.test(host) || host === '::1' || host.toLowerCase() === 'localhost';
}

/** Returns the position of a rank among those whose addresses have the same host. */
export function placeOnHost(
  addresses: readonly string[],
  rank: number,
): { readonly localRank: number; readonly localWorldSize: number } {
  const hosts = addresses.map((address) => parseAddress(address)?.host.toLowerCase());
  const neighbours = hosts.flatMap((host, other) => (host === hosts[rank] ? [other] : []));
  return { localRank: neighbours.indexOf(rank), localWorldSize: neighbours.length };
}
