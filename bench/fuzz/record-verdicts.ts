/**
 * Writes the table of the verdicts of Python's `safetensors` on damaged files, which `test/fuzz` reads:
 *
 *   npx ts-node bench/fuzz/record-verdicts.ts PYTHON > test/fuzz/data/safetensors-verdicts.json
 */
import { drawFiles, pythonVerdicts } from './python-verdicts';

const [, , python = 'python3'] = process.argv;
const files = drawFiles(15, 400).filter(({ length }) => length < 1500);
const verdicts = pythonVerdicts(python, files);
if (verdicts === null) throw new Error(`${python} has no safetensors`);
const cases = files.map((file, index) => ({ read: verdicts[index], file: file.toString('base64') }));
console.log(JSON.stringify({ source: "Python's safetensors 0.8.0: deserialize", cases }, null, 1));
