import type { CifarArchive } from './archive';

/** The names of the fine labels, in the order of the archive's `fine_label_names.txt`. */
const fineLabels = `
  apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle
  caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish
  forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle
  mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine
  possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
  sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale
  willow_tree wolf woman worm`;

/**
 * The official archive, as its page describes it (Krizhevsky, "Learning multiple layers of features", 2009). Of the two
 * labels of an image, the fine one is its class.
 */
export const cifar100: CifarArchive = {
  name: 'cifar100',
  title: 'CIFAR-100',
  url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
  md5: '03b5dce01913d631647c71ecec9e9cb8',
  mostBytes: 200e6,
  archiveName: 'cifar-100-binary.tar.gz',
  archiveFolder: 'cifar-100-binary',
  files: [
    { name: 'train.bin', split: 'train', records: 50_000 },
    { name: 'test.bin', split: 'test', records: 10_000 },
  ],
  texts: ['coarse_label_names.txt', 'fine_label_names.txt'],
  pythonNames: /^cifar-100-python.*$/,
  // The coarse label comes first.
  labelBytes: 2,
  classNames: fineLabels.trim().split(/\s+/),
};
