import { afterAll, describe, expect, it } from '@jest/globals';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExportPlace } from '../../src/run/export-place';

const root = mkdtempSync(join(tmpdir(), 'fulgur-place-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const file = { isFolder: false, overwrite: false };
const folder = { isFolder: true, overwrite: false };

describe('ExportPlace', () => {
  it('keeps a file and its record in a temporary place until they are finished', async () => {
    const path = join(root, 'one', 'model.onnx');
    const place = await ExportPlace.open(path, file);
    writeFileSync(place.aside, 'model');
    writeFileSync(place.recordOf(place.aside), 'record');
    expect(existsSync(path)).toBe(false);
    await place.finish();
    await place.discard();
    expect(readdirSync(join(root, 'one')).sort()).toEqual(['model.onnx', 'model.onnx.json']);
    expect(readFileSync(place.recordOf(path), 'utf8')).toBe('record');
  });

  it('leaves nothing of a discarded export', async () => {
    for (const options of [file, folder]) {
      const place = await ExportPlace.open(join(root, 'two', 'model'), options);
      if (!options.isFolder) writeFileSync(place.aside, 'model');
      writeFileSync(place.recordOf(place.aside), 'record');
      await place.discard();
    }
    expect(readdirSync(join(root, 'two'))).toEqual([]);
  });

  it('replaces an existing export only if allowed', async () => {
    const path = join(root, 'site');
    mkdirSync(path);
    writeFileSync(join(path, 'old.html'), '');
    await expect(ExportPlace.open(path, folder)).rejects.toThrow(
      `${path} already exists. Give another path with --out, or replace it with --overwrite.`,
    );
    await expect(ExportPlace.open(path, { isFolder: true, overwrite: true })).rejects.toThrow(
      `${path} is a folder that is not an export: it has no export.json. --overwrite removes a folder with all its contents. ` +
        'Give another path with --out, or remove the folder yourself.',
    );
    expect(readdirSync(path)).toEqual(['old.html']);
    writeFileSync(join(path, 'export.json'), '{}');
    const place = await ExportPlace.open(path, { isFolder: true, overwrite: true });
    writeFileSync(join(place.aside, 'new.html'), '');
    await place.finish();
    expect(readdirSync(path)).toEqual(['new.html']);
  });

  it('never replaces a folder with a file, or a file with a folder', async () => {
    const path = join(root, 'photo.jpg');
    writeFileSync(path, '');
    await expect(ExportPlace.open(path, { isFolder: true, overwrite: true })).rejects.toThrow(
      `${path} is a file, and this format writes a folder. Give another path with --out.`,
    );
    await expect(ExportPlace.open(root, { isFolder: false, overwrite: true })).rejects.toThrow(
      `${root} is a folder, and this format writes a file. Give another path with --out.`,
    );
  });

  it("reports the system's error for a folder that cannot be made", async () => {
    const path = join(root, 'photo.jpg', 'model.onnx');
    await expect(ExportPlace.open(path, file)).rejects.toThrow(
      new RegExp(
        `^${path} cannot be written: .+\\. Make the folder writable, free space on the disk, or give another path with --out\\.$`,
      ),
    );
  });
});
