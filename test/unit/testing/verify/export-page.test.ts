/** The page of a verified export shows what was found, and nothing of it is obeyed by a browser. */
import { expect, it } from 'vitest';
import { graphExportPage, verifyGraphExport } from '../../../../src/testing.ts';

const RESULT = {
  id: 'r-1',
  processingStatus: 'completed',
  totalTasksCount: 2,
  failedTasksCount: 1,
  totalUnprocessedTasksCount: 0,
  startedDateTime: '2026-03-02T08:00:00Z',
  completedDateTime: '2026-03-02T08:00:01Z',
};
const page = async (row: object, name = 'export.json') =>
  graphExportPage(await verifyGraphExport([{ name, body: [row] }]));

it('has the findings with their rules and rows, and what was not checked', async () => {
  const html = await page(RESULT);
  expect(html).toContain('1 finding, 1 of them certain.');
  expect(html).toContain('completed with 1 failed, 0 unprocessed');
  expect(html).toContain('The status of a user fits the counters');
  expect(html).toContain('&quot;failedTasksCount&quot;:1');
  expect(html).toContain('user results without their run: checked by themselves');
});

it('says so when every rule holds', async () => {
  const html = await page({ ...RESULT, failedTasksCount: 0 });
  expect(html).toContain('Every rule that applies to what is there holds.');
  expect(html).not.toContain('<h2>Findings</h2>');
});

it('shows markup in rows, names of members and names of files as text', async () => {
  const html = await page({ ...RESULT, id: '<script>1</script>', '<img src=x>': 1 }, '<b>.json');
  expect(html).not.toMatch(/<(?:script|img|b>\.json)/);
  expect(html).toContain('&lt;script&gt;1&lt;/script&gt;');
});
