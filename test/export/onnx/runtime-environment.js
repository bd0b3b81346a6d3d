// Jest gives each test file globals of its own; onnxruntime-node compares arrays with those of the process.
const { TestEnvironment } = require('jest-environment-node');

class RuntimeEnvironment extends TestEnvironment {
  constructor(...parts) {
    super(...parts);
    Object.assign(this.global, { Float32Array, Int32Array, Uint8Array, BigInt64Array, ArrayBuffer });
  }
}

module.exports = RuntimeEnvironment;
