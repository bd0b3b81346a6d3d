/** An address without its login, and the header that contains the login instead. */
export interface LoginFreeAddress {
  readonly address: URL;
  /** `Basic ...`; `null` if the address has no login. */
  readonly authorization: string | null;
}

/** Removes the user and the password from an address: requests do not accept addresses with them. */
export function withoutLogin(text: string): LoginFreeAddress {
  const address = new URL(text);
  const { username, password } = address;
  if (username === '' && password === '') return { address, authorization: null };
  const login = [username, password].map(decoded).join(':');
  address.username = '';
  address.password = '';
  return { address, authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** Invalid percent-encoding, such as a single `%`, stays unchanged. */
function decoded(part: string): string {
  return part.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
