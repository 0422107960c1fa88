const mostSlotBits = 28;

/**
 * Finds keys that are there twice in a file that is read twice, without keeping the keys: 32 MB for any number of them, and
 * less for a small file.
 * First every key is noted; the second time only those that `mayRepeat` have to be remembered.
 * Source: https://en.wikipedia.org/wiki/Bloom_filter
 */
export class Repetitions {
  readonly #slotBits: number;
  /** A bit for each slot: some key has it. */
  readonly #taken: Uint8Array;
  /** First slots of keys whose slots were both taken already, by the same key or (rarely) by others. */
  readonly #doubtful = new Set<number>();

  constructor(fileBytes: number) {
    // Several slots for each byte, and a row of two keys has many bytes.
    this.#slotBits = Math.min(mostSlotBits, Math.max(10, Math.ceil(Math.log2(fileBytes * 4))));
    this.#taken = new Uint8Array(2 ** this.#slotBits / 8);
  }

  note(key: string): void {
    const first = this.#slotOf(key, 1);
    const firstWasTaken = this.#take(first);
    const secondWasTaken = this.#take(this.#slotOf(key, 2));
    if (firstWasTaken && secondWasTaken) this.#doubtful.add(first);
  }

  /** True for every key that was noted twice, and for few that were not. */
  mayRepeat(key: string): boolean {
    return this.#doubtful.has(this.#slotOf(key, 1));
  }

  /** Whether it was taken before. */
  #take(slot: number): boolean {
    const byte = slot >>> 3;
    const bit = 1 << (slot & 7);
    const taken = this.#taken[byte] ?? 0;
    this.#taken[byte] = taken | bit;
    return (taken & bit) !== 0;
  }

  /** FNV-1a, and a last round that brings its upper bits down. */
  #slotOf(key: string, seed: number): number {
    let hash = Math.imul(seed, 0x811c9dc5);
    for (let index = 0; index < key.length; index++) {
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    return (hash ^ (hash >>> 12)) >>> (32 - this.#slotBits);
  }
}
