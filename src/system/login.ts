/** An address without its login, and the header that says the login instead. */
export interface LoginFreeAddress {
  readonly address: URL;
  /** `Basic ...`; `null` where the address has no login. */
  readonly authorization: string | null;
}

/** Takes the user and the password out of an address: requests do not take addresses with them. */
export function withoutLogin(text: string): LoginFreeAddress {
  const address = new URL(text);
  const { username, password } = address;
  if (username === '' && password === '') return { address, authorization: null };
  const login = [username, password].map(decoded).join(':');
  address.username = '';
  address.password = '';
  return { address, authorization: `Basic ${Buffer.from(login).toString('base64')}` };
}

/** What is no percent-encoding, such as a single `%`, stands for itself. */
function decoded(part: string): string {
  return part.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded);
    } catch {
      return encoded;
    }
  });
}
