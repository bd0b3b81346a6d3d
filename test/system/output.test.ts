import { Writable } from 'node:stream';
import { guardOutput, writeLines, writeText } from '../../src/system';

class Broken extends Writable {
  tries = 0;

  override _write(_: Buffer, __: string, done: (error: Error) => void): void {
    this.tries += 1;
    done(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' }));
  }
}

const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

describe('output', () => {
  it('that cannot be written is lost, which is reported once', async () => {
    const stream = new Broken();
    const failures: string[] = [];
    guardOutput(stream, ({ message }) => failures.push(message));
    guardOutput(stream, () => failures.push('guarded twice'));
    writeLines(stream, ['one']);
    await settled();
    writeText(stream, 'two');
    await settled();
    expect(failures).toEqual(['write ENOSPC']);
    expect(stream.tries).toBe(1);
  });

  it('may fail at once, or have been ended', async () => {
    const throwing = Object.assign(new Writable(), {
      write: () => {
        throw new Error('bad file descriptor');
      },
    });
    const failures: string[] = [];
    guardOutput(throwing, ({ message }) => failures.push(message));
    writeText(throwing, 'one');
    expect(failures).toEqual(['bad file descriptor']);
    const ended = new Writable({ write: (_, __, done) => done() });
    ended.end();
    writeText(ended, 'late');
    await settled();
  });

  it('shows lines without what would move the cursor', () => {
    let text = '';
    const stream = new Writable({
      write: (chunk: Buffer, _, done) => {
        text += chunk.toString();
        done();
      },
    });
    writeLines(stream, ['a\u001b[2Jb', 'https://u:p@h']);
    expect(text).toBe('a\\x1b[2Jb\nhttps://***@h\n');
  });
});
