import type { Image } from '../image';

/** Turns an image as TIFF's orientation tag says; other values than 2 to 8 leave it as it is. */
export function orient(image: Image, orientation: number): Image {
  if (orientation < 2 || orientation > 8) return image;
  const { width, height, data } = image;
  const swapped = orientation >= 5;
  const mirrorX = [2, 3, 7, 8].includes(orientation);
  const mirrorY = [3, 4, 6, 7].includes(orientation);
  const turned = new Uint8Array(data.length);
  const newWidth = swapped ? height : width;
  for (let y = 0; y < height; y++) {
    const alongY = mirrorY ? height - 1 - y : y;
    for (let x = 0; x < width; x++) {
      const alongX = mirrorX ? width - 1 - x : x;
      const to = swapped ? alongX * newWidth + alongY : alongY * newWidth + alongX;
      const from = (y * width + x) * 3;
      turned[to * 3] = data[from] ?? 0;
      turned[to * 3 + 1] = data[from + 1] ?? 0;
      turned[to * 3 + 2] = data[from + 2] ?? 0;
    }
  }
  return { width: newWidth, height: swapped ? width : height, data: turned };
}
