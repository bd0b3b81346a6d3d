import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadWheel, pipError } from '../../../src/engine/install/pip';
import type { Wheel } from '../../../src/engine/install/wheel';

const wheel: Wheel = {
  project: 'tensorflow-cpu',
  version: '2.21.0',
  platform: 'any',
  python: '3.11',
  sha256: '',
  bytes: null,
  keep: [],
};

const failed = (stderr: string) =>
  pipError(wheel, { code: 1, signal: null, stdout: '', stderr, overdue: false }).message;

// The texts are what pip 23.2 wrote on the occasion.
describe('the error for a pip that failed', () => {
  it('mentions the network although pip ends with a missing distribution', () => {
    expect(
      failed(
        "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3.connection.HTTPConnection object at 0x7ff4011f6dd0>: Failed to establish a new connection: [Errno 111] Connection refused')': /simple/tensorflow-cpu/\n" +
          'ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.21.0 (from versions: none)\n' +
          'ERROR: No matching distribution found for tensorflow-cpu==2.21.0\n',
      ),
    ).toMatch(
      /^pip could not download tensorflow-cpu 2\.21\.0: its package index cannot be reached\. pip reported: "WARNING: Retrying .{280,}\.\.\."\. Check the network and pip's index and proxy settings, or set FULGUR_TENSORFLOW to a folder that contains the libraries\.$/,
    );
  });

  it('reports that the index lacks the wheel if it was reached', () => {
    expect(
      failed(
        'ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==2.21.0 (from versions: none)\n' +
          'ERROR: No matching distribution found for tensorflow-cpu==2.21.0\n',
      ),
    ).toBe(
      'pip\'s package index does not have tensorflow-cpu 2.21.0 for this machine. pip reported: "ERROR: No matching ' +
        'distribution found for tensorflow-cpu==2.21.0". Update pip (python3 -m pip install --upgrade pip), point it at ' +
        'an index that has the wheel, or set FULGUR_TENSORFLOW to a folder that contains the libraries.',
    );
  });

  it('names the full disk', () => {
    expect(
      failed("    sent = os.sendfile()\nOSError: [Errno 28] No space left on device: 'a' -> 'b'\n"),
    ).toBe(
      'The disk became full while pip was downloading tensorflow-cpu 2.21.0. pip reported: "OSError: [Errno 28] No space left ' +
        "on device: 'a' -> 'b'\". Free some space, or set FULGUR_CACHE to a folder on a larger disk.",
    );
  });

  it("repeats pip's message if it does not recognise it", () => {
    expect(failed('ERROR: something new\nHint: none\n')).toBe(
      'pip failed to download tensorflow-cpu 2.21.0 (exit code 1). pip reported: "ERROR: something new". Correct the problem that pip reports, or set FULGUR_TENSORFLOW to a folder that contains the libraries.',
    );
    expect(
      pipError(wheel, { code: null, signal: 'SIGKILL', stdout: '', stderr: '', overdue: false }).message,
    ).toBe(
      'pip failed to download tensorflow-cpu 2.21.0 (signal SIGKILL). pip reported: "". Correct the problem that pip reports, ' +
        'or set FULGUR_TENSORFLOW to a folder that contains the libraries.',
    );
  });
});

describe('a download by pip', () => {
  let folder: string;
  const before = { ...process.env };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fulgur-pip-'));
    Object.assign(process.env, { PIP_RETRIES: '0', PIP_CONFIG_FILE: '/dev/null', PIP_EXTRA_INDEX_URL: '' });
  });
  afterEach(() => {
    for (const name of ['PIP_RETRIES', 'PIP_CONFIG_FILE', 'PIP_EXTRA_INDEX_URL', 'PIP_INDEX_URL']) {
      if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before[name];
    }
    rmSync(folder, { recursive: true });
  });

  it('distinguishes an unreachable index from one that lacks the wheel, even if pip may not try again', async () => {
    process.env['PIP_INDEX_URL'] = 'http://127.0.0.1:9/simple';
    await expect(downloadWheel('python3', wheel, folder, () => undefined)).rejects.toThrow(
      'pip could not download tensorflow-cpu 2.21.0: its package index cannot be reached.',
    );
    const server = createServer((_, response) => response.writeHead(404).end());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    process.env['PIP_INDEX_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;
    await expect(downloadWheel('python3', wheel, folder, () => undefined)).rejects.toThrow(
      "pip's package index does not have tensorflow-cpu 2.21.0 for this machine.",
    );
    await new Promise((done) => server.close(done));
  }, 60_000);

  it('is ended if nothing arrives', async () => {
    const python = join(folder, 'python');
    writeFileSync(python, '#!/bin/sh\nsleep 1000\n');
    chmodSync(python, 0o755);
    await expect(downloadWheel(python, wheel, folder, () => undefined, 300)).rejects.toThrow(
      "pip received no data of tensorflow-cpu 2.21.0 for 0.3 seconds, and was stopped. Check the network and pip's " +
        'index and proxy settings, or set FULGUR_TENSORFLOW to a folder that contains the libraries.',
    );
  });
});
