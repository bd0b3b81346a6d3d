import { chooseSplit } from '../../../../src/data/datasets/folder/hold-out';

const files = Array.from({ length: 47 }, (_, index) => `${index}.jpg`);

describe('chooseSplit', () => {
  it('deals every file to one split, a tenth of them to test, in their order', () => {
    const train = chooseSplit(files, 0, 'train');
    const test = chooseSplit(files, 0, 'test');
    expect([train.length, test.length]).toEqual([42, 5]);
    expect(files.filter((file) => train.includes(file) !== test.includes(file))).toEqual(files);
    expect(files.filter((file) => train.includes(file))).toEqual(train);
    expect(chooseSplit(files, 0, 'all')).toEqual(files);
  });

  it('chooses the same files at every call, and others for another class', () => {
    expect(chooseSplit(files, 2, 'test')).toEqual(chooseSplit([...files], 2, 'test'));
    expect(chooseSplit(files, 2, 'test')).not.toEqual(chooseSplit(files, 3, 'test'));
  });

  it('holds out one of two files, but not a single one', () => {
    expect(chooseSplit(files.slice(0, 2), 0, 'test')).toHaveLength(1);
    expect(chooseSplit(files.slice(0, 1), 0, 'test')).toEqual([]);
    expect(chooseSplit(files.slice(0, 1), 0, 'train')).toEqual(['0.jpg']);
  });
});
