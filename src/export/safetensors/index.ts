export { safetensorsFormat } from './safetensors-format';
