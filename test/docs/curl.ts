/** What the recipes use of curl: `curl -s [-H header] [-d body] URL`. Waits for a server that is about to start. */
import { parseArgs } from 'node:util';

/** Until a server is there, every 50 ms. */
const TRIES_MAX = 1_000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    silent: { type: 'boolean', short: 's' },
    header: { type: 'string', short: 'H', multiple: true },
    data: { type: 'string', short: 'd' },
  },
});
const headers = (values.header ?? []).map((line): [string, string] => {
  const [name = '', value = ''] = line.split(/: ?/);
  return [name, value];
});
const request = values.data === undefined ? { headers } : { headers, method: 'POST', body: values.data };
for (let tries = 1; ; tries += 1) {
  try {
    const answer = await fetch(positionals[0] ?? '', request);
    process.stdout.write(`${await answer.text()}\n`);
    break;
  } catch (error) {
    if ((error as { cause?: { code?: string } }).cause?.code !== 'ECONNREFUSED' || tries === TRIES_MAX)
      throw error;
    await new Promise((done) => setTimeout(done, 50));
  }
}
