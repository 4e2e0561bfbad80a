/** The tenant's settings: one document in the store. Source: domain §1.11, §2.4. */

import { type DurationMs, HOUR_MS } from '../../model/time.ts';
import type {
  LifecycleManagementSettings,
  QuarantineConfiguration,
} from '../../model/workflow/quarantine.ts';
import type { UserReference, Workflow } from '../../model/workflow/workflow.ts';
import type { Store, StoreReader, StoreTransaction } from '../../ports/store.ts';
import { type Author, readAuthor } from '../input/author.ts';
import { readSettingsPatch, type SettingsPatch } from '../input/settings.ts';
import { SETTINGS } from '../notes.ts';

/** `lifecycleManagementSettings`. */
export interface Settings {
  /** The settings as they are now. */
  get(): Promise<LifecycleManagementSettings>;
  /**
   * Changes the given properties; an engine uses them at once. @throws LifecycleError `InvalidArgument`, naming the
   * field.
   */
  update(patch: SettingsPatch, author?: Author): Promise<LifecycleManagementSettings>;
}

const NAME = SETTINGS.management;

/** The settings of a ledger, with the interval in memory. */
export interface KeptSettings extends Settings {
  /** Loads the settings from the store. */
  load(): Promise<void>;
  /** Interval of schedule slots, ms, as of the last load or change. */
  readonly scheduleIntervalMs: DurationMs;
}

/**
 * @param intervalMs interval of schedule slots while none is set, ms.
 * @param kept called in the transaction of a change.
 * @param changed called after its commit.
 */
export function createSettings(
  store: Store,
  intervalMs: DurationMs,
  kept: (tx: StoreTransaction, by: UserReference | null) => Promise<void>,
  changed: (by: UserReference | null) => void,
): KeptSettings {
  const defaults: LifecycleManagementSettings = {
    emailSettings: { senderDomain: '', useCompanyBranding: false },
    quarantineConfiguration: null,
    workflowScheduleIntervalInHours: intervalMs / HOUR_MS,
  };
  const read = async (reader: StoreReader): Promise<LifecycleManagementSettings> => {
    const text = await reader.getSetting(NAME);
    return text === null ? defaults : { ...defaults, ...(JSON.parse(text) as SettingsPatch) };
  };
  let current = defaults;
  return {
    get: () => read(store),
    async update(input, author) {
      const by = readAuthor(author);
      const { before, after } = await store.transaction(async (tx) => {
        const before = await read(tx);
        const patch = readSettingsPatch(input, before);
        if (Object.keys(patch).length === 0) return { before, after: before };
        const stored = JSON.parse((await tx.getSetting(NAME)) ?? '{}') as SettingsPatch;
        await tx.putSetting(NAME, JSON.stringify({ ...stored, ...patch }));
        await kept(tx, by);
        return { before, after: await read(tx) };
      });
      current = after;
      if (after !== before) changed(by);
      return after;
    },
    async load() {
      current = await read(store);
    },
    get scheduleIntervalMs() {
      return current.workflowScheduleIntervalInHours * HOUR_MS;
    },
  };
}

/** The quarantine bounds of a workflow's scheduled runs: its own, or else the tenant's. */
export async function quarantineConfigurationOf(
  settings: Settings,
  workflow: Workflow,
): Promise<QuarantineConfiguration | null> {
  return workflow.settings.quarantineConfiguration ?? (await settings.get()).quarantineConfiguration;
}
