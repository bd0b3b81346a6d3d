import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadNativeLibrary } from '../../../src/engine/native/native-library';
import { arrayClass, dataTypeNumber } from '../../../src/engine/native/data-types';

describe('loading the native library', () => {
  it('from a folder without it names the folder, the reason and the solution', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fulgur-'));
    try {
      const file = join(folder, 'libtensorflow_framework.so.2');
      expect(() => loadNativeLibrary(folder)).toThrow(
        `TensorFlow's libraries in ${folder} cannot be loaded: ${file}: cannot open shared object file: No such file or directory. ` +
          "Run 'npm run doctor', or set FULGUR_TENSORFLOW to the 'tensorflow' folder of a TensorFlow 2.21 wheel for this system.",
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('data types', () => {
  it('that cannot be read or named are rejected', () => {
    expect(() => arrayClass(20)).toThrow(new Error('TensorFlow data type 20 cannot be read'));
    expect(() => dataTypeNumber('float8')).toThrow(new Error('Unknown data type float8'));
  });
});
