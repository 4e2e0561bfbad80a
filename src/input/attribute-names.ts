/** Deeper objects are values. */
const DEPTH_MAX = 4;
/** Different names that are kept. */
const NAMES_MAX = 1_000;

/** Gathers the names of attributes that occur in some objects, as rules write them: `employeeOrgData/division`. */
export class AttributeNames {
  readonly #names = new Set<string>();

  /** Adds the names of one object's properties. */
  add(subject: object): void {
    this.#add(subject, '', 1);
  }

  /** In the order in which they were found. */
  get names(): readonly string[] {
    return [...this.#names];
  }

  #add(object: object, prefix: string, depth: number): void {
    for (const key of Object.keys(object)) {
      const value: unknown = (object as Readonly<Record<string, unknown>>)[key];
      const isBranch =
        typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
      if (isBranch && depth < DEPTH_MAX) this.#add(value, `${prefix}${key}/`, depth + 1);
      else if (this.#names.size < NAMES_MAX) this.#names.add(prefix + key);
    }
  }
}
