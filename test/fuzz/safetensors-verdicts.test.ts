import { verdictOf } from '../../bench/fuzz/python-verdicts';
import table from './data/safetensors-verdicts.json';

const own = table.cases.map(({ read, file }) => ({
  read,
  file,
  verdict: verdictOf(Buffer.from(file, 'base64')),
}));

it("reads no damaged file that Python's reader refuses", () => {
  expect(own.filter(({ read, verdict }) => verdict === 'read' && !read)).toEqual([]);
  expect(own.filter(({ verdict }) => verdict === 'read').length).toBeGreaterThan(10);
});

it('refuses none that Python reads, save kinds that it says not to read', () => {
  expect(own.filter(({ read, verdict }) => verdict === 'refused' && read)).toEqual([]);
});
