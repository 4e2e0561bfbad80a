/** The HTML that every page begins with, and the headers that keep a browser from doing more than it should. */

/** What a browser may load: files and data of the dashboard's own origin, and nothing that stands in the HTML. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of every answer of the dashboard's own. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** What a page knows before it asks for anything; it holds no data of the record. */
export interface ShellSettings {
  /** From the page to the dashboard's root: what all links and requests of the page are relative to. */
  readonly base: string;
  readonly script: string;
  readonly style: string;
  /** Shown in the head of every page: `production`. Empty: nothing. */
  readonly environment: string;
  /** Whether a token can be exchanged for a session here. */
  readonly hasSessions: boolean;
  /** Where to sign in; empty: the page says that one has to. */
  readonly signInUrl: string;
}

/** A mark that needs no request: three bars, as of a run that gets on. */
export const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='4' fill='%232f6fb3'/%3E%3Cpath d='M3.5 5h9M3.5 8h6M3.5 11h3' stroke='%23fff' stroke-width='1.6' stroke-linecap='round'/%3E%3C/svg%3E";

/** The page's HTML. */
export function shellHtml({
  base,
  script,
  style,
  environment,
  hasSessions,
  signInUrl,
}: ShellSettings): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<base href="${escaped(base)}">
<title>tenure</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="tenure-environment" content="${escaped(environment)}">
<meta name="tenure-sign-in" content="${hasSessions ? 'token' : escaped(signInUrl)}">
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="-/assets/${style}">
<script type="module" src="-/assets/${script}"></script>
</head>
<body>
<div id="app"><noscript>The dashboard needs JavaScript.</noscript></div>
</body>
</html>
`;
}

/** Text for a quoted attribute. */
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
