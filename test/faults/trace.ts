/** The trace of a scenario as one hash, and as lines for reading. */
export class Trace {
  readonly lines: string[] | null;
  #high = 0xdeadbeef;
  #low = 0x41c6ce57;

  constructor(keepsLines = false) {
    this.lines = keepsLines ? [] : null;
  }

  add(line: string): void {
    this.lines?.push(line);
    for (let index = 0; index < line.length; index++) {
      const code = line.charCodeAt(index);
      this.#high = Math.imul(this.#high ^ code, 2_654_435_761);
      this.#low = Math.imul(this.#low ^ code, 1_597_334_677);
    }
    this.#high = Math.imul(this.#high ^ (this.#low >>> 15), 2_246_822_507);
    this.#low = Math.imul(this.#low ^ (this.#high >>> 13), 3_266_489_909);
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    const hex = (part: number) => (part >>> 0).toString(16).padStart(8, '0');
    return hex(this.#high) + hex(this.#low);
  }
}
