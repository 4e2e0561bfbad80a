/** Texts of several parts (RFC 2046), and messages of HTTP in them. Pure. */
import { badRequest } from '../graph-error.ts';

/** Headers, and what comes after the blank line below them. */
export interface Message {
  readonly headers: Headers;
  readonly content: string;
}

const BOUNDARY = /;\s*boundary=(?:"([^"]*)"|([^\s;"]*))/i;
/** What a boundary may be made of. */
const BOUNDARY_CHARACTERS = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/;
const HEADERS_MAX = 64;

/** `multipart/mixed; boundary=x` → `multipart/mixed`. */
export function mediaTypeOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

/** The boundary that a Content-Type names. @throws GraphError 400 for none. */
export function boundaryOf(contentType: string): string {
  const [, quoted, plain = ''] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (BOUNDARY_CHARACTERS.test(boundary)) return boundary;
  throw badRequest('Expected the Content-Type multipart/mixed to name a boundary of 1 to 70 characters.');
}

/**
 * The parts of a text. Nothing but blanks may stand before the first and after the last, so that none is lost.
 *
 * @throws GraphError 400 for a text that is cut off, has more than `max` parts, or is made in another way. `at` names
 *   it.
 */
export function partsOf(text: string, boundary: string, at: string, max: number): readonly Message[] {
  const delimiter = new RegExp(
    `(?:^|\\r?\\n)--${boundary.replace(/\W/g, '\\$&')}(--)?[ \\t]*(?=\\r?\\n|$)`,
    'g',
  );
  const marks: RegExpExecArray[] = [];
  for (const mark of text.matchAll(delimiter)) {
    marks.push(mark);
    if (marks.length > max + 1) throw badRequest(`Expected ${at} to have at most ${max} parts.`);
  }
  const last = marks.findIndex(([, isLast]) => isLast !== undefined);
  const [first] = marks;
  if (!first || last < 0) throw badRequest(`Expected ${at} to end with its boundary and two hyphens.`);
  const end = marks[last] ?? first;
  const isAlone =
    text.slice(0, first.index).trim() === '' && text.slice(end.index + end[0].length).trim() === '';
  if (!isAlone) throw badRequest(`Expected ${at} to have all its text between its boundaries.`);
  return marks.slice(0, last).map((mark, index) => {
    const content = text.slice(mark.index + mark[0].length, marks[index + 1]?.index);
    return messageOf(content.replace(/^\r?\n/, ''), `part ${index + 1} of ${at}`);
  });
}

/** Takes the headers off a text. @throws GraphError 400 naming `at` when they are none. */
export function messageOf(text: string, at: string): Message {
  const [, head = '', content = ''] = /^(?:\r?\n|(.*?)(?:\r?\n\r?\n|$))(.*)$/s.exec(text) ?? [];
  const lines = head === '' ? [] : head.split(/\r?\n/);
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(':');
    try {
      if (colon < 1 || lines.length > HEADERS_MAX) throw new TypeError('no header');
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    } catch {
      throw badRequest(`Expected ${at} to begin with at most ${HEADERS_MAX} headers and a blank line.`);
    }
  }
  return { headers, content };
}
