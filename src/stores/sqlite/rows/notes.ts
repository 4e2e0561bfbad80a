import type { Note } from '../../../model/records.ts';
import type { NoteQuery } from '../../../ports/store.ts';
import type { Cell } from '../../sql/cells.ts';
import { keysWithPrefix } from '../../sql/note-keys.ts';
import type { Connection } from '../file/connection.ts';

/** Notes with these keys. */
export function getNotes(connection: Connection, collection: string, keys: readonly string[]): Note[] {
  const sql = 'SELECT body FROM notes WHERE collection = ? AND key = ?';
  return keys.flatMap((key) => {
    const row = connection.get(sql, collection, key);
    return row ? [{ collection, key, body: String(row[0]) }] : [];
  });
}

/** Notes of a stretch of a collection, by key. */
export function listNotes(connection: Connection, query: NoteQuery): Note[] {
  const { collection, prefix, after, limit } = query;
  const { sql, params } = keysWithPrefix(collection, prefix);
  const rest = after === null ? '' : ' AND key > ?';
  const cells: Cell[] = after === null ? params : [...params, after];
  return connection
    .all(`SELECT key, body FROM notes WHERE ${sql}${rest} ORDER BY key LIMIT ?`, ...cells, limit)
    .map(([key, body]) => ({ collection, key: String(key), body: String(body) }));
}

/** Writes notes, over those that there are. */
export function putNotes(connection: Connection, notes: readonly Note[]): void {
  const sql = 'INSERT OR REPLACE INTO notes (collection, key, body) VALUES (?, ?, ?)';
  for (const { collection, key, body } of notes) connection.run(sql, collection, key, body);
}

/** Removes notes by key. */
export function deleteNotes(connection: Connection, collection: string, keys: readonly string[]): void {
  const sql = 'DELETE FROM notes WHERE collection = ? AND key = ?';
  for (const key of keys) connection.run(sql, collection, key);
}

/** Removes notes by the beginning of their keys. */
export function purgeNotes(connection: Connection, collection: string, prefix: string): void {
  const { sql, params } = keysWithPrefix(collection, prefix);
  connection.run(`DELETE FROM notes WHERE ${sql}`, ...params);
}
