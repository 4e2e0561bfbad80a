/** Lists as CSV: streamed a page at a time, all rows, and harmless in a spreadsheet. */

/** A column: its heading, and what stands in it. */
export interface CsvColumn<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string | number | null;
}

const SIGNATURE = '\u{feff}'; // spreadsheets take the file for UTF-8 by it

/**
 * A cell (RFC 4180). A text that a spreadsheet would take for a formula begins with an apostrophe: what is in it was
 * written by others.
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line. */
function csvLine(values: readonly (string | number | null)[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

/**
 * The answer with all rows. The next page is read when the client has room for it.
 *
 * @param name of the file, without its ending.
 */
export function csvResponse<Row>(
  name: string,
  columns: readonly CsvColumn<Row>[],
  pages: AsyncIterator<readonly Row[]>,
): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(encoder.encode(SIGNATURE + csvLine(columns.map(({ head }) => head))));
    },
    pull: async (controller) => {
      const { value, done } = await pages.next();
      if (done) return controller.close();
      const lines = value.map((row) => csvLine(columns.map(({ cell }) => cell(row))));
      controller.enqueue(encoder.encode(lines.join('')));
    },
    cancel: async () => {
      await pages.return?.();
    },
  });
  return new Response(body, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name}.csv"`,
      'Cache-Control': 'no-store',
    },
  });
}
