/**
 * A map with a staging layer. Outside a transaction only the base is read; inside, writes go to the
 * layer and reads see it. `commit` moves the layer into the base, `rollback` discards it.
 */
export class LayeredMap<Key, Value> {
  readonly #base = new Map<Key, Value>();
  /** `undefined` marks a key that was deleted in this transaction. */
  readonly #staged = new Map<Key, Value | undefined>();

  get(key: Key, staged: boolean): Value | undefined {
    if (staged && this.#staged.has(key)) return this.#staged.get(key);
    return this.#base.get(key);
  }

  set(key: Key, value: Value): void {
    this.#staged.set(key, value);
  }

  delete(key: Key): void {
    this.#staged.set(key, undefined);
  }

  /** Values in order of first insertion; those of this transaction last. */
  values(staged: boolean): Iterable<Value> {
    return staged && this.isChanged ? this.#stagedValues() : this.#base.values();
  }

  *#stagedValues(): Generator<Value> {
    for (const [key, value] of this.#base) {
      if (!this.#staged.has(key)) yield value;
      else {
        const replaced = this.#staged.get(key);
        if (replaced !== undefined) yield replaced;
      }
    }
    for (const [key, value] of this.#staged) {
      if (value !== undefined && !this.#base.has(key)) yield value;
    }
  }

  /** Committed values. */
  get size(): number {
    return this.#base.size;
  }

  /** Whether the running transaction has written here. */
  get isChanged(): boolean {
    return this.#staged.size > 0;
  }

  commit(): void {
    if (!this.isChanged) return;
    for (const [key, value] of this.#staged) {
      this.committed(this.#base.get(key), value);
      if (value === undefined) this.#base.delete(key);
      else this.#base.set(key, value);
    }
    this.#staged.clear();
  }

  /** One change of a commit; for indexes. */
  protected committed(_before: Value | undefined, _after: Value | undefined): void {}

  rollback(): void {
    this.#staged.clear();
  }
}
