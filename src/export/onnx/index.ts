export { onnxFormat } from './onnx-format';
