/** A row whose text this package cannot have written. Reported as `StoreCorrupt`. */
export class DamagedRow extends Error {
  override readonly name = 'DamagedRow';
}
