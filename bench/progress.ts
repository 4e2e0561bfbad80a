/** One line on the terminal that says what is going on; nothing when nobody looks. */

/** Shows a text in place of the one before; `''` leaves nothing. */
export function progressOn(stream: NodeJS.WriteStream): (text: string) => void {
  if (!stream.isTTY) return () => {};
  return (text) => {
    stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
  };
}
