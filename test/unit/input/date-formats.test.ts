import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DateFormatReader, openDateFormats } from '../../../src/input/date-formats.ts';

async function readerOf(...formats: string[]): Promise<DateFormatReader> {
  const reader = await openDateFormats({ path: 'dates', value: formats });
  if (reader === null) throw new Error('Expected a reader, got none');
  return reader;
}

async function read(format: string, value: unknown): Promise<string | null> {
  const ms = (await readerOf(format))(value);
  return ms === null ? null : new Date(ms).toISOString();
}

describe('a pattern', () => {
  it.each([
    ['dd/MM/yyyy', '01/02/2025', '2025-02-01T00:00:00.000Z'],
    ['MM/dd/yyyy', '01/02/2025', '2025-01-02T00:00:00.000Z'],
    ['dd/MM/yyyy', ' 31/12/2025 ', '2025-12-31T00:00:00.000Z'],
    ['d/M/yyyy', '1/2/2025', '2025-02-01T00:00:00.000Z'],
    ['dd.MM.yyyy HH:mm', '31.12.2025 17:30', '2025-12-31T17:30:00.000Z'],
    ['M/d/yyyy h:mm a', '12/31/2025 5:30 pm', '2025-12-31T17:30:00.000Z'],
    ['yyyyMMdd', '20251231', '2025-12-31T00:00:00.000Z'],
    ['yyyyMMddHHmmss.SX', '20251231000000.0Z', '2025-12-31T00:00:00.000Z'],
    ['yyyy-MM-dd HH:mm:ss x', '2025-12-31 01:00:00 +0100', '2025-12-31T00:00:00.000Z'],
    ['dd-MMM-yy', '31-Dec-25', '2025-12-31T00:00:00.000Z'],
    ['dd-MMM-yy', '31-DEC-25', '2025-12-31T00:00:00.000Z'],
    ['dd-MMM-yy', '01-Jan-68', '2068-01-01T00:00:00.000Z'],
    ['dd-MMM-yy', '01-Jan-69', '1969-01-01T00:00:00.000Z'],
    ["'hired on' yyyy-MM-dd", 'hired on 2025-12-31', '2025-12-31T00:00:00.000Z'],
    ['t', '1767139200', '2025-12-31T00:00:00.000Z'],
    ['T', '1767139200000', '2025-12-31T00:00:00.000Z'],
  ])('%s reads %j', async (pattern, text, moment) => {
    expect(await read(pattern, text)).toBe(moment);
  });

  it.each<[string, unknown]>([
    ['dd/MM/yyyy', '1/2/2025'],
    ['dd/MM/yyyy', '01/02/25'],
    ['dd/MM/yyyy', '31/02/2025'],
    ['dd/MM/yyyy', '12/31/2025'],
    ['dd/MM/yyyy', '01/02/2025 10:00'],
    ['yyyyMMdd', '2025123'],
    ['dd/MM/yyyy', ''],
    ['dd/MM/yyyy', 46_022],
    ['dd/MM/yyyy', null],
    ['yyyy-MM-dd X', '2025-12-31'],
    ['yyyy-MM-dd X', '2025-12-31 +99:00'],
    ['dd/MM/yyyy', `01/02/2025${' '.repeat(1_000)}`],
  ])('%s does not read %j', async (pattern, value) => {
    expect(await read(pattern, value)).toBeNull();
  });

  it('reads whatever it writes, in every zone of the machine', async () => {
    const zone = process.env.TZ;
    try {
      for (const name of ['UTC', 'America/New_York', 'Pacific/Apia']) {
        process.env.TZ = name;
        const reader = await readerOf('dd/MM/yyyy');
        const day = fc.date({
          min: new Date('1970-01-01'),
          max: new Date('2100-01-01'),
          noInvalidDate: true,
        });
        fc.assert(
          fc.property(day, (at) => {
            const [year, month, date] = at.toISOString().slice(0, 10).split('-');
            expect(reader(`${date}/${month}/${year}`)).toBe(Date.parse(`${year}-${month}-${date}`));
          }),
          { numRuns: 50 },
        );
      }
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it.each([
    ['DD/MM/YYYY', 'yyyy for years and dd for days'],
    ['dd/MM', 'says year, month and day'],
    ['MM/yyyy', 'says year, month and day'],
    ['dd/MM/yyyy hh:mm', 'says year, month and day'],
    ['HH:mm', 'says year, month and day'],
    ['no such pattern', 'says year, month and day'],
    ['X yyyy-MM-dd', 'stands at its end'],
    ['', 'characters'],
  ])('%j is refused', async (pattern, words) => {
    const opened = openDateFormats({ path: 'dates', value: [pattern] });
    await expect(opened).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field: 'dates[0]' },
      message: expect.stringContaining(words),
    });
  });
});

describe('excel', () => {
  it.each<[unknown, string]>([
    ['46022', '2025-12-31T00:00:00.000Z'],
    [46_022, '2025-12-31T00:00:00.000Z'],
    ['46022.375', '2025-12-31T09:00:00.000Z'],
    ['61', '1900-03-01T00:00:00.000Z'],
    ['2958465', '9999-12-31T00:00:00.000Z'],
  ])('reads %j', async (value, moment) => {
    expect(await read('excel', value)).toBe(moment);
  });

  it.each<[unknown]>([
    ['60'],
    ['1'],
    ['-5'],
    ['2958466'],
    ['46022,5'],
    ['31/12/2025'],
    [Number.NaN],
    [true],
    [''],
  ])('does not read %j', async (value) => {
    expect(await read('excel', value)).toBeNull();
  });
});

describe('several formats', () => {
  it('read what any of them reads', async () => {
    const reader = await readerOf('dd/MM/yyyy', 'excel');
    expect(reader('31/12/2025')).toBe(Date.UTC(2025, 11, 31));
    expect(reader('46022')).toBe(Date.UTC(2025, 11, 31));
    expect(reader('31.12.2025')).toBeNull();
  });

  it('do not read what two of them read differently', async () => {
    const reader = await readerOf('dd/MM/yyyy', 'MM/dd/yyyy');
    expect(reader('01/02/2025')).toBeNull();
    expect(reader('01/02/2025')).toBeNull();
    expect(reader('02/02/2025')).toBe(Date.UTC(2025, 1, 2));
    expect(reader('13/02/2025')).toBe(Date.UTC(2025, 1, 13));
  });

  it('need no reader when there are none', async () => {
    expect(await openDateFormats({ path: 'dates', value: [] })).toBeNull();
  });

  it.each([['dd/MM/yyyy'], [{}], [Array.from({ length: 21 }, () => 'dd/MM/yyyy')], [[5]]])(
    'are a list of texts, not %j',
    async (value) => {
      await expect(openDateFormats({ path: 'dates', value })).rejects.toMatchObject({
        code: 'InvalidArgument',
      });
    },
  );
});
