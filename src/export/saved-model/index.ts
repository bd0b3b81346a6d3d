export { savedModelFormat } from './saved-model-format';
