/**
 * Where each id's record lies in a file: a million rows take some 100 MB of ids and 16 bytes each of numbers, not
 * a million objects.
 */
export class RowIndex {
  readonly #slots = new Map<string, number>();
  /** By slot. Files can be larger than 4 GiB, records (`RECORD_BYTES_MAX`) and line numbers cannot. */
  #positions = new Float64Array(1_024);
  #lengths = new Uint32Array(1_024);
  #lines = new Uint32Array(1_024);

  /** Different ids. */
  get size(): number {
    return this.#slots.size;
  }

  slotOf(id: string): number | undefined {
    return this.#slots.get(id);
  }

  /** Position in the file of a slot's record. */
  positionAt(slot: number): number {
    return this.#positions[slot] ?? 0;
  }

  /** Bytes of a slot's record, without line break. */
  lengthAt(slot: number): number {
    return this.#lengths[slot] ?? 0;
  }

  /** Line on which a slot's record starts. */
  lineAt(slot: number): number {
    return this.#lines[slot] ?? 0;
  }

  /** Adds a record, or replaces the one at the `known` slot of its id. */
  put(id: string, known: number | undefined, position: number, length: number, line: number): void {
    const slot = known ?? this.#slots.size;
    if (known === undefined) {
      if (slot === this.#positions.length) this.#grow();
      this.#slots.set(id, slot);
    }
    this.#positions[slot] = position;
    this.#lengths[slot] = length;
    this.#lines[slot] = line;
  }

  #grow(): void {
    const size = this.#positions.length * 2;
    const [positions, lengths, lines] = [
      new Float64Array(size),
      new Uint32Array(size),
      new Uint32Array(size),
    ];
    positions.set(this.#positions);
    lengths.set(this.#lengths);
    lines.set(this.#lines);
    [this.#positions, this.#lengths, this.#lines] = [positions, lengths, lines];
  }
}
