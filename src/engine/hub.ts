import { EventEmitter } from 'eventemitter3';
import type { EngineEventMap, EngineEventName, EventSink } from '../model/events.ts';

/** A function that is told of an event. */
export type Listener<Name extends EngineEventName> = (payload: EngineEventMap[Name]) => void;

/**
 * Tells events to listeners. A listener watches and never steers: what it throws becomes an
 * `engine.error` (or is dropped, when that very event's listener threw), what it returns is ignored.
 */
export class EventHub implements EventSink {
  readonly #emitter = new EventEmitter();

  on<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#emitter.on(name, listener);
  }

  once<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#emitter.once(name, listener);
  }

  off<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#emitter.off(name, listener);
  }

  has(name: EngineEventName): boolean {
    return this.#emitter.listenerCount(name) > 0;
  }

  emit<Name extends EngineEventName>(name: Name, payload: EngineEventMap[Name]): void {
    // One call a listener, so that one that throws does not keep the others from hearing.
    for (const listener of this.#emitter.listeners(name)) {
      try {
        const result: unknown = listener.call(undefined, payload);
        if (result instanceof Promise) result.catch((error: unknown) => this.#listenerFailed(name, error));
      } catch (error) {
        this.#listenerFailed(name, error);
      }
    }
  }

  #listenerFailed(name: EngineEventName, error: unknown): void {
    if (name !== 'engine.error') this.emit('engine.error', { error, during: `a listener of ${name}` });
  }
}
