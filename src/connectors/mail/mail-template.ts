/** Texts with names for values: `Welcome, {{userDisplayName}}`, `{{user.department}}`. Domain §4.1. */
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
/** The names that Entra has. `temporaryAccessPass` has a value in the body of one task only. */
const NAMES = [
  'userDisplayName',
  'userGivenName',
  'userSurname',
  'userPrincipalName',
  'userEmployeeHireDate',
  'userEmployeeLeaveDateTime',
  'managerDisplayName',
  'managerEmail',
] as const;
export const ACCESS_PASS = 'temporaryAccessPass';
const PROPERTY = /^user\.[A-Za-z]\w{0,99}(?:[./][A-Za-z]\w{0,99}){0,3}$/;
/** Of one value, characters. */
const VALUE_LENGTH_MAX = 1_000;
/** Of a body with its values, characters. */
const BODY_LENGTH_MAX = 262_144;
/** Of a subject with its values, characters. */
const SUBJECT_LENGTH_MAX = 250;

/** Gives the value of a name: one of {@link NAMES}, or `user.` and a property of the person. */
export type LookUp = (name: string) => string;

/** What a text must be when it is not that; `null` when it is. */
export function templateProblem(text: string, hasAccessPass: boolean): string | null {
  for (const [whole, inner = ''] of text.matchAll(PLACEHOLDER)) {
    const name = inner.trim();
    if ((NAMES as readonly string[]).includes(name) || PROPERTY.test(name)) continue;
    if (name === ACCESS_PASS && hasAccessPass) continue;
    const only =
      name === ACCESS_PASS ? 'only in the body of generateTapAndSendEmail' : `one of ${NAMES.join(', ')}`;
    return `text whose names in braces are known (\`${whole.slice(0, 100)}\`: ${only}, or user.<property>)`;
  }
  return null;
}

/** A subject with its values: one line. */
export function renderSubject(text: string, lookUp: LookUp): string {
  const line = render(text, lookUp).replace(/\s+/gu, ' ').trim();
  return line.length <= SUBJECT_LENGTH_MAX ? line : `${cut(line, SUBJECT_LENGTH_MAX - 1)}…`;
}

/** A body with its values, as plain text. `null`: it would be too long. */
export function renderBody(text: string, lookUp: LookUp): string | null {
  const body = render(text, lookUp).replace(/\r\n?/g, '\n');
  return body.length <= BODY_LENGTH_MAX ? body : null;
}

/** The same as HTML: every character of it is text, so neither a template nor a value can bring markup. */
export function htmlOf(body: string): string {
  return body
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => `<p>${escapeHtml(paragraph.trim()).replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');
}

/** A whole document of {@link htmlOf}. */
export function htmlDocument({
  html,
  language,
}: {
  readonly html: string;
  readonly language: string;
}): string {
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
<body style="font-family: sans-serif; line-height: 1.5; max-width: 40em">
${html}
</body>
</html>
`;
}

function render(text: string, lookUp: LookUp): string {
  return text.replace(PLACEHOLDER, (_, name: string) => asLine(lookUp(name.trim())));
}

/** A value in one line: of a control character only the place is left. */
function asLine(value: string): string {
  return cut(value.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' '), VALUE_LENGTH_MAX);
}

/** The first characters, with no half of a pair at the end. */
function cut(text: string, lengthMax: number): string {
  return text.slice(0, lengthMax).replace(/[\uD800-\uDBFF]$/, '');
}

function escapeHtml(text: string): string {
  return text.replace(
    /[&<>"']/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[sign] as string,
  );
}
