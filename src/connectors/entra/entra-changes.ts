/** Who has changed, by Graph's delta. */
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { DirectoryChanges } from '../../ports/directory.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import type { EntraConnection } from './entra-connection.ts';

/** From now on, without the people that there are. Without `$select`, a change of any property is one. */
const FROM_NOW = '/users/delta?$deltatoken=latest';
/** More changed people than this are not listed. */
const IDS_MAX = 50_000;

/** What the token of tenure is made of. */
interface Place {
  /** When all people were looked at last. */
  readonly lookedAtMs: EpochMs;
  /** Where Graph's delta goes on. */
  readonly link: string;
}

/**
 * The people who may have changed since a token. Graph repeats people, and forgets tokens after a week: then, and when the last
 * look at all people is too long ago, it is not known.
 */
export async function changesSince(
  entra: EntraConnection,
  token: string | null,
  fullLookMs: DurationMs,
): Promise<DirectoryChanges> {
  const nowMs = entra.clock.now();
  const place = token === null ? null : readToken(token);
  if (place === null || nowMs - place.lookedAtMs >= fullLookMs) return everyone(entra, nowMs);
  try {
    const ids = new Set<string>();
    for await (const { objects, deltaLink } of entra.graph.pages(place.link)) {
      for (const { id } of objects) ids.add(id);
      if (ids.size > IDS_MAX) return everyone(entra, nowMs);
      if (deltaLink !== null)
        return { subjectIds: [...ids], token: writeToken({ ...place, link: deltaLink }) };
    }
  } catch (error) {
    // 410 and 400 `syncStateNotFound`: the token is too old; and one may be of another tenant.
    const isOld = error instanceof ConnectorError && ['missing', 'refused'].includes(error.kind);
    if (!isOld) throw error;
  }
  return everyone(entra, nowMs);
}

/** The token comes first, and the look after it: what changes between the two is seen twice. */
async function everyone(entra: EntraConnection, nowMs: EpochMs): Promise<DirectoryChanges> {
  for await (const { deltaLink } of entra.graph.pages(FROM_NOW))
    if (deltaLink !== null)
      return { subjectIds: null, token: writeToken({ lookedAtMs: nowMs, link: deltaLink }) };
  throw new ConnectorError('refused', 'Expected a delta of Microsoft Graph to end with a link, got none', {
    code: 'AnswerUnreadable',
  });
}

function writeToken({ lookedAtMs, link }: Place): string {
  return `${lookedAtMs} ${link}`;
}

function readToken(token: string): Place | null {
  const [, lookedAt, link = ''] = /^(\d{1,15}) (https?:\/\/\S+)$/.exec(token) ?? [];
  return lookedAt === undefined ? null : { lookedAtMs: Number(lookedAt), link };
}
