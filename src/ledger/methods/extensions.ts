/** Custom task extensions: stored as notes of the ledger. Source: domain §1.10, §2.4. */
import { isDeepStrictEqual } from 'node:util';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Note } from '../../model/records.ts';
import type { CustomTaskExtension } from '../../model/workflow/extension.ts';
import type { StoreReader } from '../../ports/store.ts';
import { keepAudit } from '../audit-log.ts';
import type { LedgerContext } from '../context.ts';
import { type Author, readAuthor } from '../input/author.ts';
import { type ExtensionInput, readExtension } from '../input/extension.ts';
import { COLLECTIONS } from '../notes.ts';
import { audit, entryOf } from '../recording/audit.ts';
import { isoOf } from '../resources.ts';

/** Custom task extensions. Letter case of ids does not matter. */
export interface CustomTaskExtensions {
  /** @throws LifecycleError `InvalidArgument`; `LimitExceeded` above 100. */
  create(input: ExtensionInput, author?: Author): Promise<CustomTaskExtension>;
  /** @throws LifecycleError `NotFound`. */
  get(id: string): Promise<CustomTaskExtension>;
  /** All extensions, in order of creation. */
  list(): Promise<readonly CustomTaskExtension[]>;
  /** Changes the given properties; tasks use them from their next call on. @throws LifecycleError `NotFound`, `InvalidArgument`. */
  update(id: string, patch: Partial<ExtensionInput>, author?: Author): Promise<CustomTaskExtension>;
  /** Tasks that use it fail from then on. @throws LifecycleError `NotFound`. */
  delete(id: string, author?: Author): Promise<void>;
}

const COLLECTION = COLLECTIONS.extensions;

/** The extensions of a ledger. */
export function createExtensions(context: LedgerContext): CustomTaskExtensions {
  const { store, clock, ids } = context;
  return {
    async create(input, author) {
      const draft = readExtension(input);
      const by = readAuthor(author);
      const made = await store.transaction(async (tx) => {
        if ((await allOf(tx)).length >= LIMITS.extensionsMax) throw tooMany();
        const now = isoOf(clock.now());
        const extension: CustomTaskExtension = {
          id: ids.guid(),
          ...draft,
          createdDateTime: now,
          createdBy: by,
          lastModifiedDateTime: now,
          lastModifiedBy: by,
        };
        await tx.putNotes([noteOf(extension)]);
        await keepAudit(tx, [entryOf(clock, 'Create custom task extension', by, extension)]);
        return extension;
      });
      audit(context, 'Create custom task extension', by, made);
      return made;
    },
    get: (id) => requireExtension(store, id),
    list: () => allOf(store),
    async update(id, patch, author) {
      const by = readAuthor(author);
      const { before, after } = await store.transaction(async (tx) => {
        const current = await requireExtension(tx, id);
        const draft = readExtension(patch, current);
        if (isDeepStrictEqual({ ...current, ...draft }, current)) return { before: current, after: current };
        const stamp = isoOf(Math.max(clock.now(), Date.parse(current.lastModifiedDateTime) + 1));
        const extension: CustomTaskExtension = {
          ...current,
          ...draft,
          lastModifiedDateTime: stamp,
          lastModifiedBy: by,
        };
        await tx.putNotes([noteOf(extension)]);
        await keepAudit(tx, [entryOf(clock, 'Update custom task extension', by, extension)]);
        return { before: current, after: extension };
      });
      if (after !== before) audit(context, 'Update custom task extension', by, after);
      return after;
    },
    async delete(id, author) {
      const by = readAuthor(author);
      const gone = await store.transaction(async (tx) => {
        const extension = await requireExtension(tx, id);
        await tx.deleteNotes(COLLECTION, [extension.id]);
        await keepAudit(tx, [entryOf(clock, 'Delete custom task extension', by, extension)]);
        return extension;
      });
      audit(context, 'Delete custom task extension', by, gone);
    },
  };
}

/** The extension; `null`: there is none. */
export async function findExtension(store: StoreReader, id: string): Promise<CustomTaskExtension | null> {
  const [note] = await store.getNotes(COLLECTION, [String(id).toLowerCase()]);
  return note ? extensionOf(note) : null;
}

/** @throws LifecycleError `NotFound`. */
export async function requireExtension(store: StoreReader, id: string): Promise<CustomTaskExtension> {
  const extension = await findExtension(store, id);
  if (extension) return extension;
  throw new LifecycleError('NotFound', `Expected a custom task extension \`${id}\`, got none`, { id });
}

async function allOf(store: StoreReader): Promise<readonly CustomTaskExtension[]> {
  const query = { collection: COLLECTION, prefix: '', after: null, limit: LIMITS.extensionsMax };
  const all = (await store.listNotes(query)).map(extensionOf);
  return all.sort((a, b) => (a.createdDateTime + a.id < b.createdDateTime + b.id ? -1 : 1));
}

/** Notes written before reply modes existed have none. */
function extensionOf({ body }: Note): CustomTaskExtension {
  const kept = JSON.parse(body) as Omit<CustomTaskExtension, 'replyMode'> & Partial<CustomTaskExtension>;
  return { ...kept, replyMode: kept.replyMode ?? (kept.callbackConfiguration ? 'callback' : 'none') };
}

function noteOf(extension: CustomTaskExtension): Note {
  return { collection: COLLECTION, key: extension.id, body: JSON.stringify(extension) };
}

function tooMany(): LifecycleError<'LimitExceeded'> {
  return new LifecycleError(
    'LimitExceeded',
    `Expected at most ${LIMITS.extensionsMax} custom task extensions, got one more; delete one first`,
    { limit: 'extensionsMax', max: LIMITS.extensionsMax },
  );
}
