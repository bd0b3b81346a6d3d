const WORDS = 624;
const AHEAD = 397;

/**
 * Reproduces PyTorch's draws on a CPU after `torch.manual_seed(seed)`: float32, uniform over ±bound, skipping the first
 * `skip`. The rule of the reference files leaves one tensor to PyTorch's own draws: the bias of the convolution that
 * embeds MAE's patches, which was drawn after the convolution's weight from seed 0.
 *
 * Source: Matsumoto and Nishimura, "Mersenne Twister" (1998); 24 bits of a word make a number.
 */
export function pytorchDraws(seed: number, skip: number, count: number, bound: number): Float32Array {
  const state = seeded(seed);
  const values = new Float32Array(count);
  for (let index = 0; index < skip + count; index++) {
    if (index % WORDS === 0) advance(state);
    const share = (tempered(state[index % WORDS] ?? 0) & 0xffffff) / 2 ** 24;
    if (index >= skip) values[index - skip] = 2 * bound * share - bound;
  }
  return values;
}

function seeded(seed: number): Uint32Array {
  const state = new Uint32Array(WORDS);
  state[0] = seed;
  for (let index = 1; index < WORDS; index++) {
    const last = state[index - 1] ?? 0;
    state[index] = Math.imul(1812433253, last ^ (last >>> 30)) + index;
  }
  return state;
}

function advance(state: Uint32Array): void {
  for (let index = 0; index < WORDS; index++) {
    const next = state[(index + 1) % WORDS] ?? 0;
    const joined = ((state[index] ?? 0) & 0x80000000) | (next & 0x7fffffff);
    const twisted = (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
    state[index] = (state[(index + AHEAD) % WORDS] ?? 0) ^ twisted;
  }
}

function tempered(word: number): number {
  let x = word;
  x ^= x >>> 11;
  x ^= (x << 7) & 0x9d2c5680;
  x ^= (x << 15) & 0xefc60000;
  return x ^ (x >>> 18);
}
