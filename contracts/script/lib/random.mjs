/** Numbers from a seed: the same on every machine. Mulberry32; for tests and simulations, never for keys. */
export class Random {
  constructor(seed) {
    this.state = Number(BigInt.asUintN(32, BigInt(seed)));
  }

  /** In [0, 1). */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `bound`. */
  below = bound => Math.floor(this.next() * bound);

  between = (low, high) => low + (high - low) * this.next();

  of = list => list[this.below(list.length)];

  /** One of [[weight, value], …]. */
  weighted(choices) {
    let point = this.next() * choices.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, value] of choices) {
      point -= weight;
      if (point < 0) {
        return value;
      }
    }

    return choices.at(-1)[1];
  }
}
