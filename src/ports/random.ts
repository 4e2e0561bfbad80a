/** Source of randomness. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** Source of ids. */
export interface Ids {
  /** A new GUID in lower case, of which the first 15 digits but the 13th are random. */
  guid(): string;
}
