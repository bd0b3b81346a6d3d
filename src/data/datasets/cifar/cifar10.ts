import type { CifarArchive } from './archive';

/** The official archive, as its page describes it (Krizhevsky, "Learning multiple layers of features", 2009). */
export const cifar10: CifarArchive = {
  name: 'cifar10',
  title: 'CIFAR-10',
  url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  mostBytes: 200e6,
  archiveName: 'cifar-10-binary.tar.gz',
  archiveFolder: 'cifar-10-batches-bin',
  files: [
    ...[1, 2, 3, 4, 5].map((number) => ({
      name: `data_batch_${number}.bin`,
      split: 'train' as const,
      records: 10_000,
    })),
    { name: 'test_batch.bin', split: 'test', records: 10_000 },
  ],
  texts: ['batches.meta.txt', 'readme.html'],
  pythonNames: /^(cifar-10-batches-py|data_batch_1|cifar-10-python.*)$/,
  labelBytes: 1,
  classNames: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
};
