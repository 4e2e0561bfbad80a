/** What a delimiter of cells is to be, in messages. */
export const DELIMITER_EXPECTED =
  '1 to 8 characters that are neither quotes nor line breaks, such as `,` or `;`';

/** Whether a text can stand between the cells of a CSV file. */
export function isDelimiter(text: string): boolean {
  return /^[^"\r\n]{1,8}$/.test(text);
}
