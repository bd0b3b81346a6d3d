import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** A folder behind a plain web server of this machine, below a path. */
export class ServedSite {
  private constructor(
    private readonly server: Server,
    private readonly path: string,
  ) {}

  /**
   * @param path such as `/` or `/demo/search/`.
   * @param notFound the file of the folder that is sent, with status 404, for what does not exist.
   */
  static async serve(folder: string, path: string, notFound?: string): Promise<ServedSite> {
    const server = createServer((request, response) => {
      const asked = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
      const file = asked.endsWith('/') ? `${asked}index.html` : asked;
      const isBelow = file.startsWith(path) && normalize(file) === file;
      readFile(isBelow ? join(folder, file.slice(path.length)) : '').then(
        (content) => {
          response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
          response.end(content);
        },
        async () => {
          response.writeHead(404, { 'content-type': 'text/html' });
          response.end(notFound === undefined ? undefined : await readFile(join(folder, notFound)));
        },
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ServedSite(server, path);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get address(): string {
    return `${this.origin}${this.path}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
