/** A progress line on a terminal; nothing when the stream is not a terminal. */

/** Replaces the text of the line; `''` clears it. */
export function progressOn(stream: NodeJS.WriteStream): (text: string) => void {
  if (!stream.isTTY) return () => {};
  return (text) => {
    stream.write(`\r\x1b[2K${text.slice(0, (stream.columns ?? 80) - 1)}`);
  };
}
