/** What CIFAR-10's binary version is made of, and where it comes from. */
export interface Cifar10Source {
  /** Address of `cifar-10-binary.tar.gz`. */
  readonly url: string;
  readonly md5: string;
  /** More than the archive has: a server that sends more sends something else. */
  readonly mostBytes: number;
  /** Images in each of the six files. */
  readonly recordsPerFile: number;
}

/** The official archive, as its page describes it (Krizhevsky, "Learning multiple layers of features", 2009). */
export const officialSource: Cifar10Source = {
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  mostBytes: 200e6,
  recordsPerFile: 10_000,
};

export const archiveName = 'cifar-10-binary.tar.gz';
/** The folder inside the archive. */
export const archiveFolder = 'cifar-10-batches-bin';
export const trainFiles = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`);
export const testFiles = ['test_batch.bin'];
export const allFiles: readonly string[] = [...trainFiles, ...testFiles];

export const side = 32;
/** One byte for the class, then the red, the green and the blue plane. */
export const recordBytes = 1 + 3 * side * side;

export const classNames = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];
