import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

/** A message that has arrived. */
interface DemoMail {
  readonly to: string;
  /** As it stands in the message, which may be encoded. */
  readonly subject: string;
  /** Its plain text. */
  readonly text: string;
}

/** A mail server that keeps its messages in a folder. */
export interface MailSink {
  readonly port: number;
  readonly messages: readonly DemoMail[];
  close(): Promise<void>;
}

const { url } = import.meta;
/** It lies beside this module, among the sources and in `dist`. */
const LIBRARIES = new URL(`./demo-mail${extname(url)}`, url).href;

/** Starts a mail server on loopback that writes each message to `folder` as an `.eml` file, which mail programs open. */
export async function startMailSink(folder: string): Promise<MailSink> {
  lendNodemailer();
  const { MailServer } = (await import(LIBRARIES)) as typeof import('./demo-mail.ts');
  const messages: DemoMail[] = [];
  const server = new MailServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData: async (stream, { envelope }, done) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of stream) chunks.push(chunk as Buffer);
        const source = Buffer.concat(chunks);
        const to = envelope.rcptTo.map(({ address }) => address).join(', ');
        const number = String(messages.length + 1).padStart(3, '0');
        const file = join(folder, `${number}-${(to.split('@')[0] ?? '').replace(/[^\w.-]/g, '_')}.eml`);
        messages.push({ to, ...partsOf(source.toString('latin1')) });
        await writeFile(file, source);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
  server.on('error', () => {}); // a connection that was cut; the sender knows
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  return {
    port: (server.server.address() as AddressInfo).port,
    messages,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function partsOf(source: string): Pick<DemoMail, 'subject' | 'text'> {
  const [, subject = ''] = /^subject: ([^\r\n]*)/im.exec(source) ?? [];
  const [, encoded = ''] = /^content-type: text\/plain.*?\r\n\r\n(.*?)\r\n--/ims.exec(source) ?? [];
  return { subject, text: fromQuotedPrintable(encoded) };
}

/** RFC 2045 §6.7. */
function fromQuotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Has the mail connector use the demo's nodemailer where none is installed. */
function lendNodemailer(): void {
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (specifier !== 'nodemailer') throw error;
        return next(LIBRARIES, context);
      }
    },
  });
}
