/**
 * Tables of Pillow's 8-bit HSV conversion there and back, about 1.2 MB, built at the first use. Colours vary too much
 * from pixel to pixel for branches to be foreseen, so everything that depends on their order is looked up.
 */
interface HueTables {
  /** Hue by `[order][chroma][largest - middle]`. */
  readonly hue: Uint8Array;
  /** By `[largest][chroma]`: saturation in the high byte, and the smallest channel that it leads back to in the low one. */
  readonly color: Uint16Array;
  /** Share of the largest channel that the middle one gets, by `[saturation][hue]`. */
  readonly middle: Float64Array;
  /** Bit positions of the largest, middle and smallest channel by hue, 5 bits each, lowest bits first. */
  readonly positions: Uint16Array;
}

/** Comparisons that make a pixel's order, as bits. */
const GREEN_OVER_RED = 4;
const BLUE_OVER_GREEN = 2;
const BLUE_OVER_RED = 1;

/** Positions of red, green and blue in the order largest, middle, smallest, for each sixth of the colour circle. */
const channelOrders = [
  [0, 8, 16],
  [8, 0, 16],
  [8, 16, 0],
  [16, 8, 0],
  [16, 0, 8],
  [0, 16, 8],
] as const;

let tables: HueTables | undefined;

function buildTables(): HueTables {
  const f = Math.fround;
  const built: HueTables = {
    hue: new Uint8Array(8 << 16),
    color: new Uint16Array(1 << 16),
    middle: new Float64Array(1 << 16),
    positions: new Uint16Array(256),
  };
  for (let chroma = 1; chroma < 256; chroma++) {
    for (let gap = 0; gap <= chroma; gap++) fillHues(built.hue, chroma, gap);
  }
  for (let largest = 1; largest < 256; largest++) {
    for (let chroma = 0; chroma <= largest; chroma++) {
      const saturation = Math.trunc(f(chroma / largest) * 255);
      const smallest = Math.round(largest * (1 - f(saturation / 255)));
      built.color[(largest << 8) | chroma] = (saturation << 8) | smallest;
    }
  }
  for (let hue = 0; hue < 256; hue++) {
    const sixth = Math.floor((hue * 6) / 255);
    const rest = f((hue * 6) / 255 - sixth);
    const [largest, middle, smallest] = channelOrders[sixth % 6] ?? channelOrders[0];
    built.positions[hue] = largest | (middle << 5) | (smallest << 10);
    for (let saturation = 0; saturation < 256; saturation++) {
      const share = f(saturation / 255);
      // Pillow multiplies in float32 in every second sixth.
      const lack = sixth % 2 === 1 ? f(share * rest) : share * (1 - rest);
      built.middle[(saturation << 8) | hue] = 1 - lack;
    }
  }
  return built;
}

/** Enters the hues of all six orders. At ties red counts as largest before green, and green before blue, as in Pillow. */
function fillHues(hue: Uint8Array, chroma: number, gap: number): void {
  const middle = Math.fround(gap / chroma);
  const enter = (order: number, sixths: number): void => {
    const turn = Math.fround((Math.fround(sixths) / 6 + 1) % 1);
    hue[(order << 16) | (chroma << 8) | gap] = Math.trunc(turn * 255);
  };
  enter(0, 1 - middle);
  enter(GREEN_OVER_RED, 2 + middle - 1);
  enter(GREEN_OVER_RED | BLUE_OVER_RED, 2 + 1 - middle);
  enter(GREEN_OVER_RED | BLUE_OVER_GREEN | BLUE_OVER_RED, 4 + middle - 1);
  enter(BLUE_OVER_GREEN | BLUE_OVER_RED, 4 + 1 - middle);
  enter(BLUE_OVER_GREEN, middle - 1);
}

/** Temporary: scalar. */
export function adjustHue(pixels: Uint8Array, at: number, plane: number, height: number, factor: number): void {
  tables ??= buildTables();
  const { hue, color, middle, positions } = tables;
  const shift = Math.trunc(factor * 255);
  for (let y = 0; y < height; y++) {
   for (let x = 0; x < plane; x++) {
    const i = at + y * plane * 3 + x;
    const red = pixels[i] ?? 0;
    const green = pixels[i + plane] ?? 0;
    const blue = pixels[i + 2*plane] ?? 0;
    const greenOverRed = (red - green) >> 31;
    const blueOverGreen = (green - blue) >> 31;
    const blueOverRed = (red - blue) >> 31;
    const order =
      (greenOverRed & GREEN_OVER_RED) | (blueOverGreen & BLUE_OVER_GREEN) | (blueOverRed & BLUE_OVER_RED);
    const larger = red + ((green - red) & greenOverRed);
    const smaller = red + green - larger;
    const largest = larger + ((blue - larger) & ((larger - blue) >> 31));
    const least = smaller + ((blue - smaller) & ((blue - smaller) >> 31));
    const chroma = largest - least;
    const gap = 2 * largest + least - red - green - blue;
    const turned = ((hue[(order << 16) | (chroma << 8) | gap] ?? 0) + shift) & 255;
    const goal = color[(largest << 8) | chroma] ?? 0;
    const between = (largest * (middle[(goal & 0xff00) | turned] ?? 0) + 0.5) | 0;
    const position = positions[turned] ?? 0;
    const pixel = (largest << position) | (between << (position >> 5)) | ((goal & 0xff) << (position >> 10));
    pixels[i] = pixel & 0xff;
    pixels[i + plane] = (pixel >> 8) & 0xff;
    pixels[i + 2*plane] = pixel >> 16;
   }
  }
}
