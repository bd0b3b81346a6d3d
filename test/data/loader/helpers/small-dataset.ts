import { PackedDataset, allocatePacked } from '../../../../src/data/datasets/packed-dataset';

const side = 12;

/** A data set of small images, no two alike, in three classes. */
export function smallDataset(length: number): PackedDataset {
  const { pixels, labels } = allocatePacked(length, side, side);
  pixels.forEach((_, at) => (pixels[at] = (at * 7 + Math.floor(at / (side * side * 3)) * 31) % 251));
  labels.forEach((_, index) => (labels[index] = index % 3));
  return new PackedDataset({
    kind: 'packed',
    name: 'small',
    split: 'train',
    origin: 'a test',
    classNames: ['a', 'b', 'c'],
    height: side,
    width: side,
    pixels,
    labels,
  });
}
