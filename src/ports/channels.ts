/** Where events are published for whatever in the process subscribes by name, such as an agent that monitors it. */
export interface Channels {
  /** Whether anything subscribes to events of this name: a payload that nothing reads is not made. */
  has(name: string): boolean;
  /** Does nothing without a subscriber. Never throws. */
  publish(name: string, payload: unknown): void;
}
