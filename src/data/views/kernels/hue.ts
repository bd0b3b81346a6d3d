/**
 * The six orders of a pixel's channels, each with the sixth of the colour circle that it lies in. The largest comes
 * first; at ties red counts as largest before green, and green before blue, as in Pillow.
 */
const RED_GREEN_BLUE = 0;
const GREEN_RED_BLUE = 1;
const GREEN_BLUE_RED = 2;
const BLUE_GREEN_RED = 3;
const BLUE_RED_GREEN = 4;
const RED_BLUE_GREEN = 5;

/** Channel that gets the largest, the middle and the smallest value in each sixth. */
const largestChannel = Uint8Array.of(0, 1, 1, 2, 2, 0);
const middleChannel = Uint8Array.of(1, 0, 2, 1, 0, 2);
const smallestChannel = Uint8Array.of(2, 2, 0, 0, 1, 1);

/** Tables of Pillow's 8-bit HSV conversion, about 0.5 MB, built at the first use. */
interface HueTables {
  /** Hue by `[order][chroma][largest - middle]`. */
  readonly hue: Uint8Array;
  /** Saturation by `[largest][chroma]`. */
  readonly saturation: Uint8Array;
  /** Smallest channel of the colour that comes back, by `[largest][chroma]`. */
  readonly smallest: Uint8Array;
  /** Sixth of the colour circle, by hue. */
  readonly sixth: Uint8Array;
  /** Share of the saturation that the middle channel lacks, by hue. */
  readonly ramp: Float64Array;
  /** Saturation as a share of 1, by byte. */
  readonly share: Float64Array;
}

let tables: HueTables | undefined;

function buildTables(): HueTables {
  const f = Math.fround;
  const built: HueTables = {
    hue: new Uint8Array(6 << 16),
    saturation: new Uint8Array(1 << 16),
    smallest: new Uint8Array(1 << 16),
    sixth: new Uint8Array(256),
    ramp: new Float64Array(256),
    share: Float64Array.from({ length: 256 }, (_, byte) => f(byte / 255)),
  };
  for (let chroma = 1; chroma < 256; chroma++) {
    for (let gap = 0; gap <= chroma; gap++) {
      const middle = f(gap / chroma);
      const at = (chroma << 8) | gap;
      built.hue[(RED_GREEN_BLUE << 16) | at] = hueByte(1 - middle);
      built.hue[(GREEN_RED_BLUE << 16) | at] = hueByte(2 + middle - 1);
      built.hue[(GREEN_BLUE_RED << 16) | at] = hueByte(2 + 1 - middle);
      built.hue[(BLUE_GREEN_RED << 16) | at] = hueByte(4 + middle - 1);
      built.hue[(BLUE_RED_GREEN << 16) | at] = hueByte(4 + 1 - middle);
      built.hue[(RED_BLUE_GREEN << 16) | at] = hueByte(middle - 1);
    }
  }
  for (let largest = 1; largest < 256; largest++) {
    for (let chroma = 0; chroma <= largest; chroma++) {
      const byte = Math.trunc(f(chroma / largest) * 255);
      const at = (largest << 8) | chroma;
      built.saturation[at] = byte;
      built.smallest[at] = Math.round(largest * (1 - f(byte / 255)));
    }
  }
  for (let hue = 0; hue < 256; hue++) {
    const sixth = Math.floor((hue * 6) / 255);
    const rest = f((hue * 6) / 255 - sixth);
    built.sixth[hue] = sixth % 6;
    built.ramp[hue] = sixth % 2 === 1 ? rest : 1 - rest;
  }
  return built;
}

/** Byte of a hue given in sixths of the circle, from -1 to 5. */
function hueByte(sixths: number): number {
  return Math.trunc(Math.fround((Math.fround(sixths) / 6 + 1) % 1) * 255);
}

/**
 * Turns the hue by `factor` of the colour circle, in place, through 8-bit HSV; bytes are looked up in `table` first.
 * Bit-equal to torchvision's `adjust_hue` on PIL images.
 */
export function adjustHue(pixels: Uint8Array, length: number, factor: number, table: Uint8Array): void {
  tables ??= buildTables();
  const { hue, saturation, smallest, sixth, ramp, share } = tables;
  const shift = Math.trunc(factor * 255);
  for (let i = 0; i < length; i += 3) {
    const red = table[pixels[i] ?? 0] ?? 0;
    const green = table[pixels[i + 1] ?? 0] ?? 0;
    const blue = table[pixels[i + 2] ?? 0] ?? 0;
    const order = orderOf(red, green, blue);
    const largest = Math.max(red, green, blue);
    const least = Math.min(red, green, blue);
    const chroma = largest - least;
    // The middle channel is what the sum leaves.
    const gap = 2 * largest + least - red - green - blue;
    const color = (largest << 8) | chroma;
    const strength = share[saturation[color] ?? 0] ?? 0;
    const turned = ((hue[(order << 16) | (chroma << 8) | gap] ?? 0) + shift) & 255;
    const sector = sixth[turned] ?? 0;
    const exact = strength * (ramp[turned] ?? 0);
    // Pillow multiplies in float32 in every second sixth.
    const lack = (sector & 1) === 1 ? Math.fround(exact) : exact;
    pixels[i + (largestChannel[sector] ?? 0)] = largest;
    pixels[i + (middleChannel[sector] ?? 0)] = largest * (1 - lack) + 0.5;
    pixels[i + (smallestChannel[sector] ?? 0)] = smallest[color] ?? 0;
  }
}

function orderOf(red: number, green: number, blue: number): number {
  if (red >= green) {
    if (green >= blue) return RED_GREEN_BLUE;
    return red >= blue ? RED_BLUE_GREEN : BLUE_RED_GREEN;
  }
  if (green >= blue) return red >= blue ? GREEN_RED_BLUE : GREEN_BLUE_RED;
  return BLUE_GREEN_RED;
}
