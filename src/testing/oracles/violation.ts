/** A rule that does not hold, with the rows that show it. */
export interface OracleViolation {
  /**
   * `I1` … `I13` of domain §6.6, `6.4` for a final status that the outcomes do not give, `edges` for a move
   * that the status machine has not, `shape` for a value that cannot be read, `keys` for rows that
   * contradict each other's identity, `events` for an event that comes too often, too early or too late,
   * `liveness` for what should have ended and has not, `errors` for an error that is not of the table.
   */
  readonly rule: string;
  readonly message: string;
  /** The rows that show it, as they were given; at most {@link ROWS_SHOWN_MAX}. */
  readonly rows: readonly object[];
}

/** Rows that one violation shows, at most. */
export const ROWS_SHOWN_MAX = 20;

/** Violations that one check keeps, at most: thousands of the same kind are no help. */
const VIOLATIONS_KEPT_MAX = 200;

/** Collects violations within the bounds. */
export class Findings {
  readonly #kept: OracleViolation[] = [];

  /** Notes a violation unless `holds`. */
  expect(holds: boolean, rule: string, message: string, ...rows: readonly object[]): void {
    if (holds || this.#kept.length >= VIOLATIONS_KEPT_MAX) return;
    this.#kept.push({ rule, message, rows: rows.slice(0, ROWS_SHOWN_MAX) });
  }

  /** All that was noted. */
  get violations(): readonly OracleViolation[] {
    return this.#kept;
  }
}

/** Violations as text: a line each, and the rows that show it, indented. Empty when there are none. */
export function formatViolations(violations: readonly OracleViolation[]): string {
  return violations
    .map(({ rule, message, rows }) =>
      [`${rule}: ${message}`, ...rows.map((row) => `    ${JSON.stringify(row)}`)].join('\n'),
    )
    .join('\n');
}
