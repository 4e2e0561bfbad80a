import { describe, expect, it } from 'vitest';
import { readAccept, readPreferences } from '../../../../src/graph/protocol/prefer.ts';

describe('readPreferences', () => {
  const none = { unknownEnumMembers: false, return: null, maxPageSize: null, continueOnError: false };
  it.each([
    [null, none],
    ['', none],
    ['respond-async, wait=10', none],
    ['include-unknown-enum-members', { ...none, unknownEnumMembers: true }],
    ['Return=Minimal', { ...none, return: 'minimal' }],
    [
      'return=representation; x=1, odata.maxpagesize=5',
      { ...none, return: 'representation', maxPageSize: 5 },
    ],
    ['maxpagesize="7"', { ...none, maxPageSize: 7 }],
    ['odata.maxpagesize=5000', { ...none, maxPageSize: 999 }],
    ['odata.maxpagesize=0', none],
    ['odata.maxpagesize=x', none],
    ['return=everything', none],
    ['continue-on-error', { ...none, continueOnError: true }],
    ['odata.continue-on-error=true', { ...none, continueOnError: true }],
    ['continue-on-error=False', none],
  ])('%j', (header, expected) => {
    expect(readPreferences(header)).toEqual(expected);
  });
});

describe('readAccept', () => {
  it.each([
    [null, 'minimal'],
    ['*/*', 'minimal'],
    ['application/json', 'minimal'],
    ['application/*', 'minimal'],
    ['text/html, application/json;odata.metadata=full', 'full'],
    ['application/json; odata.metadata=none; q=0.5', 'none'],
    ['APPLICATION/JSON;ODATA.METADATA=NONE', 'none'],
  ])('%j asks for %s', (header, level) => {
    expect(readAccept(header, 'json')).toBe(level);
  });

  it.each(['text/html', 'application/xml', 'application/json;q=0', ''])('%j takes no JSON', (header) => {
    expect(() => readAccept(header, 'json')).toThrow('application/json');
  });

  it('a count is text', () => {
    expect(readAccept('text/plain', 'text')).toBe('minimal');
    expect(() => readAccept('application/json', 'text')).toThrow('text/plain');
  });
});
