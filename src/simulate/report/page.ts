/** The frame of a report: one file, no script, nothing from the network. */
import { escaped } from './text.ts';

const STYLE = `
:root{color-scheme:light dark;--page:#f7f8fa;--card:#fff;--text:#1c2430;--soft:#5a6675;--line:#dfe4ea;--accent:#2f6fb3;
--completed:#3a86c8;--completedWithErrors:#e0a526;--failed:#c8452f;--canceled:#8a94a3;--unfinished:#8757b8;
--slot-good:#8fc3a2;--slot-late:#e8b84a;--slot-missed:#cf5b45;--slot-none:#e6eaef;--ring:#1c2430;--better:#2f7d4f;--worse:#b23a26}
@media (prefers-color-scheme:dark){:root{--page:#12161c;--card:#1b2129;--text:#e6eaf0;--soft:#9fabba;--line:#313a46;--accent:#6fb0ee;
--completed:#5aa5e6;--completedWithErrors:#e8b84a;--failed:#e8705a;--canceled:#7f8b9b;--unfinished:#b08ae0;
--slot-good:#3f8059;--slot-late:#c9982f;--slot-missed:#d2604a;--slot-none:#2a323c;--ring:#e6eaf0;--better:#6cc492;--worse:#f08b77}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 20px 48px}
h1{font-size:27px;line-height:1.25;margin:0 0 6px}h2{font-size:18px;margin:0 0 4px}
p{margin:0 0 12px;max-width:76ch}.soft{color:var(--soft)}.lead{font-size:18px;margin:18px 0 20px}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:18px 20px;margin:0 0 18px;overflow-x:auto}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(220px,45%),1fr));gap:12px;margin:0 0 18px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:12px 14px}
.tile b{display:block;font-size:20px;font-weight:600;line-height:1.25;white-space:nowrap}.tile span{color:var(--soft);font-size:13px}
.chart{display:grid;grid-template-columns:48px 1fr;margin-top:10px;font-size:12px;color:var(--soft)}.chart svg{display:block;width:100%}
.y{position:relative}.y span{position:absolute;right:8px;transform:translateY(-50%);line-height:1}
.x{grid-column:2;position:relative;height:20px}.x span{position:absolute;top:2px;padding-left:4px;border-left:1px solid var(--soft);line-height:14px;white-space:nowrap}
.x span:not(.l){display:none}
.grid{stroke:var(--line);vector-effect:non-scaling-stroke}.hover{fill:transparent}
.calendar{display:flex;flex-wrap:wrap;gap:10px;margin-top:10px}.calendar text{font:11px system-ui,sans-serif;fill:var(--soft)}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;margin:8px 0 0;color:var(--soft);font-size:13px}
.legend i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px;vertical-align:-1px}
${[
  'completed',
  'completedWithErrors',
  'failed',
  'canceled',
  'unfinished',
  'slot-good',
  'slot-late',
  'slot-missed',
  'slot-none',
]
  .map((name) => `.${name}{fill:var(--${name})}i.${name},.bar.${name}{background:var(--${name})}`)
  .join('\n')}
.line{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}.line.recorded{stroke:var(--accent)}.line.simulated{stroke:var(--completedWithErrors);stroke-dasharray:6 4}
i.recorded{background:var(--accent)}i.simulated{background:var(--completedWithErrors)}
.whisker,.limit{stroke:var(--ring);stroke-width:2;vector-effect:non-scaling-stroke}.limit{stroke-dasharray:6 4}i.limit{height:0!important;border-top:2px dashed var(--ring);vertical-align:3px!important}
.plain{fill:var(--accent)}i.plain,.bar.plain{background:var(--accent)}
rect.ring{fill:none;stroke:var(--ring);stroke-width:1.6}i.ring{border:2px solid var(--ring)}circle.dot{fill:var(--ring)}
.legend i.dot{width:7px;height:7px;border-radius:50%;background:var(--ring);vertical-align:1px}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;margin-top:8px}
th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:500}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}tbody tr:last-child>*{border-bottom:0}
.lying{display:grid;grid-template-columns:minmax(120px,38%) 1fr 64px;gap:2px 12px;align-items:center;padding:4px 0;font-size:14px}.lying.wide{grid-template-columns:minmax(120px,38%) 1fr 190px}
.track{display:flex;background:var(--slot-none);border-radius:3px;height:14px;overflow:hidden}.bar{display:block;height:14px;min-width:2px;flex:none}.count{text-align:right;font-variant-numeric:tabular-nums}
.row{padding:6px 0;font-size:14px}.side{display:grid;grid-template-columns:20px 1fr 64px;gap:8px;align-items:center;padding:3px 0;color:var(--soft)}
.note{background:var(--card);border-left:4px solid var(--completedWithErrors);border-radius:4px;padding:10px 14px;margin:0 0 20px}.note p{margin:0}.note p+p{margin-top:4px}
.better{color:var(--better)}.worse{color:var(--worse)}code{font:12.5px ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
footer{color:var(--soft);font-size:13px}
@media (max-width:960px){.x span:not(.l){display:inline}.x span:not(.m){display:none}}
@media (max-width:640px){main{padding:20px 12px 32px}section{padding:14px}h1{font-size:23px}.x span:not(.m){display:inline}.x span:not(.s){display:none}
.lying,.lying.wide{grid-template-columns:1fr auto}.lying .what{grid-column:1/-1}.tile b{font-size:18px}table{font-size:13px}th,td{padding-right:8px}td.n,th.n{white-space:normal}}
@media print{body{background:#fff}section,.tile{break-inside:avoid}}
`;

/** Beginning of every page; identifies a report among other HTML files. */
export const PAGE_BEGINNING = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="generator" content="tenure">`;

/** A whole page. `body` is HTML, `title` is text. */
export function page(title: string, body: string): string {
  return `${PAGE_BEGINNING}<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${STYLE.replaceAll('\n', '')}</style></head>
<body><main>${body}</main></body></html>
`;
}

/** A part with a heading; `text` says what to see, `content` is HTML. */
export function section(heading: string, text: string, content: string): string {
  return `<section><h2>${escaped(heading)}</h2><p class="soft">${escaped(text)}</p>${content}</section>`;
}

/** What the reader should see first. */
export function note(headline: string, text: string): string {
  return `<div class="note"><p><b>${escaped(headline)}</b></p><p>${escaped(text)}</p></div>`;
}

/** A number that stands out. */
export function tile(value: string, name: string): string {
  return `<div class="tile"><b>${escaped(value)}</b><span>${escaped(name)}</span></div>`;
}

/** A cell: text, and whether it is a number. */
export interface Cell {
  readonly text: string;
  readonly isNumber?: boolean;
  readonly className?: string;
}

/** A table; the first row is its head. */
export function table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const row = (cells: readonly Cell[], tag: 'td' | 'th'): string => {
    const inner = cells.map(({ text, isNumber, className = '' }) => {
      const names = `${isNumber ? 'n ' : ''}${className}`.trim();
      return `<${tag}${names === '' ? '' : ` class="${names}"`}>${escaped(text)}</${tag}>`;
    });
    return `<tr>${inner.join('')}</tr>`;
  };
  return `<div class="scroll"><table><thead>${row(head, 'th')}</thead><tbody>${rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>`;
}

/** A cell of text. */
export function cell(text: string, className?: string): Cell {
  return className === undefined ? { text } : { text, className };
}

/** A cell of a number. */
export function figure(text: string, className?: string): Cell {
  return className === undefined ? { text, isNumber: true } : { text, isNumber: true, className };
}
