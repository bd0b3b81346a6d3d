const opening = Buffer.from('{ "data": [');
const closing = Buffer.from(']}');
const [zero, one, nine, point, comma] = [0x30, 0x31, 0x39, 0x2e, 0x2c];

/** The package rounded byte / 255 to three digits; the nearest byte is the original. */
function toGray(value: number): number {
  return Math.round(value * 255);
}

const grayOfThousandths = Uint8Array.from({ length: 1000 }, (_, thousandths) => toGray(thousandths / 1000));

/**
 * Returns the gray values of a file of the `mnist` package, `{ "data": [0,0.498,1]}`, as bytes.
 *
 * @throws SyntaxError or TypeError for a file in another format.
 */
export function readGrays(file: Buffer): Uint8Array {
  const usual = readUsual(file);
  if (usual !== null) return usual;
  const { data } = JSON.parse(file.toString('utf8')) as { data: readonly number[] };
  return Uint8Array.from(data, toGray);
}

/** Returns the same as JSON's parser in a fraction of its time; `null` for a file not written exactly like the package's. */
function readUsual(file: Buffer): Uint8Array | null {
  const end = file.length - closing.length;
  if (!file.subarray(0, opening.length).equals(opening) || !file.subarray(end).equals(closing)) return null;
  // Each value except the last is followed by a comma.
  const grays = new Uint8Array((end - opening.length + 1) >> 1);
  let count = 0;
  for (let at = opening.length; ; at++) {
    const first = file[at++];
    if (first === one) grays[count++] = 255;
    else if (first !== zero) return null;
    else if (file[at] !== point) grays[count++] = 0;
    else {
      let thousandths = 0;
      const decimals = at + 1;
      for (let weight = 100; isDigit(file[++at]) && at < decimals + 3; weight /= 10) {
        thousandths += ((file[at] ?? zero) - zero) * weight;
      }
      if (at === decimals) return null;
      grays[count++] = grayOfThousandths[thousandths] ?? 0;
    }
    if (at === end) return grays.subarray(0, count);
    if (file[at] !== comma) return null;
  }
}

function isDigit(sign: number | undefined): boolean {
  return sign !== undefined && sign >= zero && sign <= nine;
}
