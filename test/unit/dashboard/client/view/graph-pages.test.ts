import { describe, expect, it } from 'vitest';
import { graphPath, nextTokenOf, quotedText } from '../../../../../src/dashboard/client/view/graph-pages.ts';

describe('pages of the Graph API', () => {
  it('go on by the token of their link, whatever host it names', () => {
    const link = 'http://internal:1/x/v1.0/runs?$top=50&$skiptoken=a%2Bb';
    expect(nextTokenOf({ value: [], '@odata.nextLink': link })).toBe('a+b');
    expect(nextTokenOf({ value: [] })).toBeNull();
  });

  it('are asked for with the options that are given', () => {
    expect(graphPath('runs', { $top: '50', $filter: '', $skiptoken: null })).toBe('runs?%24top=50');
    expect(graphPath('runs', {})).toBe('runs');
  });

  it('take texts with quotation marks', () => {
    expect(quotedText("O'Brien")).toBe("'O''Brien'");
  });
});
