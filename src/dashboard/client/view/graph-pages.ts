/** Pages of lists as the Graph API has them. */

/** A page. */
export interface GraphPage<Row> {
  readonly value: readonly Row[];
  readonly '@odata.nextLink'?: string;
}

/** The token of the next page; `null` on the last one. The link itself may name an address that only the server knows. */
export function nextTokenOf(page: GraphPage<unknown>): string | null {
  const link = page['@odata.nextLink'];
  return link === undefined ? null : new URL(link).searchParams.get('$skiptoken');
}

/** A path with query options; absent ones are left out. */
export function graphPath(
  path: string,
  options: Readonly<Record<string, string | null | undefined>>,
): string {
  const given = Object.entries(options).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** A text for a filter: `'O''Brien'`. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
