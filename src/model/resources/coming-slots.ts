/** What `workflows.comingSlots` says. */

/** A slot that will take people. */
export interface ComingSlot {
  /** Start of the slot. ISO 8601, UTC. */
  readonly slotDateTime: string;
  /** People that it will take, by the directory as it is now. */
  readonly usersCount: number;
  /** Why it would put the workflow in quarantine instead of taking them; `null`: it would run. */
  readonly quarantineReason: string | null;
}

/** The coming slots of a workflow. */
export interface ComingSlotsOfWorkflow {
  /** GUID of the workflow. */
  readonly id: string;
  /** Of its newest version. */
  readonly displayName: string;
  /**
   * `changes`: a change makes people due, and changes are not known before they are made; `quarantine`: it takes no
   * people until it is released. Then there are no slots.
   */
  readonly outlook: 'dates' | 'changes' | 'quarantine';
  /** By time; those that will take no one are left out. */
  readonly slots: readonly ComingSlot[];
}

/** `workflows.comingSlots`. */
export interface ComingSlots {
  /** The next slot. */
  readonly fromDateTime: string;
  /** Slots at or after it were not looked at. */
  readonly toDateTime: string;
  /** People of the directory that were looked at. */
  readonly examinedUsersCount: number;
  /** `true`: the time was over before the directory was; counts are too low. */
  readonly isCut: boolean;
  /** The workflows whose schedule is on, by creation. */
  readonly workflows: readonly ComingSlotsOfWorkflow[];
}
