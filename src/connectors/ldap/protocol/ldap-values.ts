/** Values as LDAP has them: distinguished names, moments, ids in bytes. */
import type { EpochMs } from '../../../model/time.ts';

/** Windows counts 100 ns since 1601. */
const FILE_TIME_EPOCH_MS = -11_644_473_600_000n;
/** "Never", as Active Directory has it in `accountExpires`. */
const FILE_TIME_NEVER = 0x7fff_ffff_ffff_ffffn;
/** The last moment that a `Date` of four digits can name. */
const MOMENT_MAX = 253_402_300_799_999;

/** A value as it stands in a distinguished name. RFC 4514 §2.4. */
export function escapeDnValue(value: string): string {
  return value
    .replace(/[\\"+,;<>=]/g, '\\$&')
    .replaceAll('\0', '\\00')
    .replace(/^[ #]| $/g, '\\$&');
}

/** A distinguished name in a form by which names that servers write differently are the same in most cases. */
export function dnKey(dn: string): string {
  return dn.toLowerCase().replace(/(?<!\\)\s*([,=+])\s*/g, '$1');
}

/**
 * A moment of `GeneralizedTime`: `20260105080000Z`, `20260105080000.0+0100`; `null` for another text.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4517#section-3.3.13
 */
export function momentOfGeneralizedTime(text: string): EpochMs | null {
  const read = /^(\d{4})(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d)?)?(?:[.,](\d{1,9}))?(Z|[+-]\d\d(?:\d\d)?)$/.exec(
    text,
  );
  if (!read) return null;
  const [, year, month, day, hour, minute, second, fraction, zone = 'Z'] = read;
  const unitMs = minute === undefined ? 3_600_000 : second === undefined ? 60_000 : 1_000;
  const iso = `${year}-${month}-${day}T${hour}:${minute ?? '00'}:${second ?? '00'}Z`;
  const offset = zone === 'Z' ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3) || 0);
  const ms =
    Date.parse(iso) +
    Math.trunc(Number(`0.${fraction ?? 0}`) * unitMs) -
    offset * 60_000 * (zone.startsWith('-') ? -1 : 1);
  return Number.isNaN(ms) ? null : ms;
}

/** A moment as `GeneralizedTime`, whole seconds: `20260105080000Z`. */
export function generalizedTime(ms: EpochMs): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
}

/** A moment of Active Directory's file time; `null` for none, for never, and for another text. */
export function momentOfFileTime(text: string): EpochMs | null {
  if (!/^\d{1,19}$/.test(text)) return null;
  const time = BigInt(text);
  if (time === 0n || time >= FILE_TIME_NEVER) return null;
  const ms = Number(time / 10_000n + FILE_TIME_EPOCH_MS);
  return ms <= MOMENT_MAX ? ms : null;
}

/** `objectGUID` as text: the first three groups have their bytes reversed. `null` for other than 16 bytes. */
export function textOfGuid(bytes: Buffer): string | null {
  if (bytes.length !== 16) return null;
  const hex = swapGuid(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The bytes of an `objectGUID`; `null` for a text that is none. */
export function bytesOfGuid(text: string): Buffer | null {
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) return null;
  return swapGuid(Buffer.from(text.replaceAll('-', ''), 'hex'));
}

function swapGuid(bytes: Buffer): Buffer {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Buffer.from(order.map((at) => bytes[at] ?? 0));
}

/** `objectSid` as text, `S-1-5-21-…`; `null` for bytes that are none. */
export function textOfSid(bytes: Buffer): string | null {
  const count = bytes[1] ?? 0;
  if (bytes[0] !== 1 || bytes.length !== 8 + count * 4) return null;
  const parts = Array.from({ length: count }, (_, index) => bytes.readUInt32LE(8 + index * 4));
  return ['S', 1, bytes.readUIntBE(2, 6), ...parts].join('-');
}

/** A password as Active Directory takes it in `unicodePwd`. */
export function bytesOfPassword(password: string): Buffer {
  return Buffer.from(`"${password}"`, 'utf16le');
}
