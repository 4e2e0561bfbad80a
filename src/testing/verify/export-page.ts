/** The page of a verified export: one file, no script, nothing from the network. */
import { cell, figure, page, section, table, tile } from '../../simulate/report/page.ts';
import { escaped } from '../../simulate/report/text.ts';
import { numeral } from '../../text/numbers.ts';
import type { ExportFinding } from './tally.ts';
import type { ExportReport } from './verify-export.ts';

/** Findings whose rows are on the page. */
const ROWS_OF_MAX = 100;
const ROW_LENGTH_MAX = 2_000;

/** A report as an HTML page: what was found, by which rule, with the rows, and what could not be checked. */
export function graphExportPage(report: ExportReport): string {
  const { findings, omittedFindingsCount, checked, moments } = report;
  const total = findings.length + omittedFindingsCount;
  const lead =
    total === 0
      ? 'Every rule that applies to what is there holds.'
      : `${numeral(total)} ${total === 1 ? 'finding' : 'findings'}, ${numeral(findings.filter(({ sureness }) => sureness === 'certain').length)} of them certain.`;
  const tiles = [
    tile(numeral(checked.runs), 'runs'),
    tile(numeral(checked.userResults), 'user results'),
    tile(numeral(checked.taskResults), 'task results'),
    tile(numeral(checked.taskReports), 'task reports'),
    tile(numeral(checked.summaries), 'summaries'),
    tile(numeral(moments), moments === 1 ? 'moment' : 'moments at which rows were read'),
  ];
  const parts = [
    `<h1>Does this history obey its rules?</h1><p class="lead">${escaped(lead)}</p>`,
    `<div class="tiles">${tiles.join('')}</div>`,
    ...(total === 0 ? [] : [findingsPart(report), rulesPart(report), rowsPart(findings)]),
    uncheckedPart(report),
    '<footer>Made by tenure verify.</footer>',
  ];
  return page('Lifecycle workflows: verified history', parts.join(''));
}

function findingsPart({ findings, omittedFindingsCount }: ExportReport): string {
  const rows = findings.map(({ rule, sureness, run, message, documents }, index) => [
    figure(numeral(index + 1)),
    cell(rule),
    cell(sureness),
    cell(run ?? '–'),
    cell(message),
    cell(documents.slice(0, 3).join(', ')),
  ]);
  const head = [figure('no.'), cell('rule'), cell('sure'), cell('run'), cell('what'), cell('where')];
  const omitted = omittedFindingsCount === 0 ? '' : ` ${numeral(omittedFindingsCount)} more are not shown.`;
  return section('Findings', `Certain: the rows contradict themselves.${omitted}`, table(head, rows));
}

function rulesPart({ rules }: ExportReport): string {
  const rows = rules.map(({ rule, basis, page: title, states }) => [
    cell(rule),
    cell(basis === 'documented' ? 'Microsoft' : 'tenure'),
    cell(title ?? '–'),
    cell(states),
  ]);
  const head = [cell('rule'), cell('stated by'), cell('page of Microsoft'), cell('it says')];
  const text =
    'A rule that tenure decided may be right or wrong for another service: the page is what it was derived from.';
  return section('The rules that do not hold', text, table(head, rows));
}

function rowsPart(findings: readonly ExportFinding[]): string {
  const shown = findings.slice(0, ROWS_OF_MAX).map(({ rule, message, rows }, index) => {
    const lines = rows.map(
      (row) => `<p><code>${escaped(JSON.stringify(row).slice(0, ROW_LENGTH_MAX))}</code></p>`,
    );
    return `<details><summary>${numeral(index + 1)} · ${escaped(rule)} · ${escaped(message)}</summary>${lines.join('')}</details>`;
  });
  return section('Rows', 'The rows that show each finding, as they were read.', shown.join(''));
}

function uncheckedPart({ unchecked, ignored }: ExportReport): string {
  const rows = [
    ...unchecked.map(({ what, count }) => [figure(numeral(count)), cell(what)]),
    ...(ignored.rows === 0
      ? []
      : [[figure(numeral(ignored.rows)), cell('rows of other resources: passed over')]]),
    ...ignored.members.map(({ name, count }) => [
      figure(numeral(count)),
      cell(`times the member ${name}, which is not known: passed over`),
    ]),
  ];
  if (rows.length === 0) return section('Not checked', 'Nothing: all that the rules need was there.', '');
  return section(
    'Not checked',
    'What was missing, and what was passed over.',
    table([figure('count'), cell('what')], rows),
  );
}
