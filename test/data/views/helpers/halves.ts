import { defineTransform } from '../../../../src';

/** A transform of one's own: the left half of an image and its right half, in different sizes, at a random shift. */
export const halves = defineTransform({
  module: __filename,
  export: 'halves',
  build: ({ size }: { size: number }) => ({
    views: [
      { height: size, width: size },
      { height: size / 2, width: size },
    ],
    normalize: null,
    draw(image, view, { height, width, data }, random) {
      const shift = random.below(2);
      const left = view * Math.floor(image.width / 2);
      for (let i = 0; i < data.length; i++) {
        const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
        const row = Math.floor((y * image.height) / height);
        const column = Math.min(left + Math.floor((x * image.width) / 2 / width) + shift, image.width - 1);
        data[i] = image.data[(row * image.width + column) * 3 + (i % 3)] ?? 0;
      }
    },
  }),
});
