import fc from 'fast-check';
import { type HeaderLines, simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import {
  htmlDocument,
  htmlOf,
  renderBody,
  renderSubject,
  templateProblem,
} from '../../../../src/connectors/mail/mail-template.ts';

const echo = (name: string) => `[${name}]`;

describe('a text with names in braces', () => {
  it.each([
    '',
    'no names',
    '{{userDisplayName}}',
    '{{ managerEmail }}',
    '{{user.department}}',
    '{{user.employeeOrgData/division}}',
    '{ {x} }',
    '{{',
    'a }} b',
  ])('`%s` can be used', (text) => expect(templateProblem(text, false)).toBeNull());

  it.each([
    '{{userdisplayname}}',
    '{{name}}',
    '{{}}',
    '{{user.}}',
    '{{user.a.b.c.d.e}}',
    '{{user.<b>}}',
    '{{user.__proto__ x}}',
  ])('`%s` names what is not known', (text) =>
    expect(templateProblem(text, true)).toMatch(/^text whose names in braces are known/),
  );

  it('names the access pass only where there is one', () => {
    expect(templateProblem('{{temporaryAccessPass}}', true)).toBeNull();
    expect(templateProblem('{{temporaryAccessPass}}', false)).toBe(
      'text whose names in braces are known (`{{temporaryAccessPass}}`: only in the body of generateTapAndSendEmail, or user.<property>)',
    );
  });

  it('gets its values, each in one line', () => {
    expect(renderBody('A {{ userDisplayName }}\n\nB {{user.city}}', echo)).toBe(
      'A [userDisplayName]\n\nB [user.city]',
    );
    expect(renderBody('{{userSurname}}', () => 'a\r\nb\u2028c\0d')).toBe('a b c d');
    expect(renderSubject(' Hello {{userSurname}} ', () => 'a\nb')).toBe('Hello a b');
  });

  it('takes a value for text, also when it has braces', () => {
    expect(renderBody('{{userSurname}}', () => '{{managerEmail}} $& $1')).toBe('{{managerEmail}} $& $1');
  });

  it('is bounded: a value to 1,000 characters, a subject to 250, a body by refusal', () => {
    expect(renderBody('{{userSurname}}', () => 'x'.repeat(5_000))).toHaveLength(1_000);
    expect(renderBody('{{userSurname}}', () => `${'x'.repeat(999)}😀`)).toBe('x'.repeat(999));
    const subject = renderSubject('{{userSurname}}', () => 'x'.repeat(999));
    expect([subject.length, subject.at(-1)]).toEqual([250, '…']);
    expect(renderBody('{{userSurname}}'.repeat(300), () => 'x'.repeat(999))).toBeNull();
  });
});

it('makes paragraphs of empty lines, and escapes everything', () => {
  expect(htmlOf('a <b>\nc & "d"\n\n\n\'e\'\n')).toBe(
    '<p>a &lt;b&gt;<br>\nc &amp; &quot;d&quot;</p>\n<p>&#39;e&#39;</p>',
  );
});

/** Whatever a directory may hold: markup, line breaks, headers, braces, controls, half characters. */
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom(
        ...['\r\n', '\n\n', 'Bcc: eve@example.org', '<script>', '</p>', '"', "'", '&', '{{', '}}', '\0'],
        ...[
          '\r\n.\r\n',
          'MAIL FROM:<x>',
          '--',
          'Content-Type: text/html',
          '=?utf-8?q?x?=',
          '\ud800',
          '\u2028',
        ],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);

describe('values of a directory', () => {
  it('bring no HTML', () => {
    fc.assert(
      fc.property(value, (given) => {
        const lookUp = () => given;
        const html = htmlOf(renderBody('A {{userDisplayName}}\n\nB {{user.city}}', lookUp) ?? '');
        expect(html.replace(/&(?:amp|lt|gt|quot|#39);/g, '').match(/[<>&"']+[^<>]*>?/g)).toEqual([
          '<p>',
          '</p>',
          '<p>',
          '</p>',
        ]);
      }),
    );
  });

  it('bring no headers and no further parts', async () => {
    const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
    const headersOf = async (given: string) => {
      const lookUp = () => given;
      const body = renderBody('Hello {{userDisplayName}}', lookUp) ?? '';
      const { message } = await transport.sendMail({
        from: 'people@example.org',
        to: { name: 'Ana', address: 'ana@example.org' },
        subject: renderSubject('Hello {{userDisplayName}}', lookUp),
        text: body,
        html: htmlDocument({ html: htmlOf(body), language: 'en' }),
        messageId: '<key@example.org>',
      });
      const parsed = await simpleParser(message as Buffer);
      const keys = (lines: HeaderLines) => lines.map(({ key }) => key).sort();
      return { keys: keys(parsed.headerLines), attachments: parsed.attachments.length };
    };
    const plain = await headersOf('Ana');
    await fc.assert(
      fc.asyncProperty(value, async (given) => {
        expect(await headersOf(given)).toEqual(plain);
      }),
    );
  });
});
