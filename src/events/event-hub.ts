import { EventEmitter } from 'eventemitter3';
import { readFunction } from '../input/fields.ts';
import { unknownWord } from '../input/refuse.ts';
import type { Channels } from '../ports/channels.ts';
import type { Clock } from '../ports/clock.ts';
import { ENGINE_EVENTS, type EngineEventMap, type EngineEventName, type EventSink } from './event-map.ts';
import { ProgressThrottle } from './progress.ts';

/** Function that is called with the payload of each event. */
export type Listener<Name extends EngineEventName> = (payload: EngineEventMap[Name]) => void;

type Guarded = (payload: EngineEventMap[EngineEventName]) => void;

/**
 * Emits events to listeners. A listener observes and cannot influence: what it throws, or what the promise that it
 * returns rejects with, goes to `failed` and nowhere else.
 */
export class EventHub implements EventSink {
  readonly #emitter = new EventEmitter();
  readonly #failed: (error: unknown, name: EngineEventName) => void;
  /** The guard around each listener, so that `off` finds it. */
  readonly #guards = new Map<EngineEventName, WeakMap<object, Guarded>>();
  readonly #progress: ProgressThrottle;
  readonly #channels: Channels | undefined;

  /** @param channels also get each event. */
  constructor(clock: Clock, failed: (error: unknown, name: EngineEventName) => void, channels?: Channels) {
    this.#failed = failed;
    this.#channels = channels;
    this.#progress = new ProgressThrottle(clock, (payload) => this.#deliver('run.progress', payload));
  }

  on<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#emitter.on(name, this.#guard(name, listener));
  }

  once<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#emitter.once(name, this.#guard(name, listener));
  }

  off<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#emitter.off(name, this.#guard(name, listener));
  }

  has(name: EngineEventName): boolean {
    return this.hasListener(name) || this.#channels?.has(name) === true;
  }

  /** Whether a listener hears the event. Whatever subscribes to its channel only watches. */
  hasListener(name: EngineEventName): boolean {
    return this.#emitter.listenerCount(name) > 0;
  }

  emit<Name extends EngineEventName>(name: Name, payload: EngineEventMap[Name]): void {
    if (name === 'run.progress') this.#progress.add(payload as EngineEventMap['run.progress']);
    else {
      if (name === 'run.finished') this.#progress.flush((payload as EngineEventMap['run.finished']).run.id);
      this.#deliver(name, payload);
    }
  }

  /** Emits delayed events at once, and leaves no timer behind. */
  flush(): void {
    this.#progress.flush();
  }

  #deliver(name: EngineEventName, payload: EngineEventMap[EngineEventName]): void {
    this.#emitter.emit(name, payload);
    this.#channels?.publish(name, payload);
  }

  /** @throws LifecycleError `InvalidArgument` for an event that there is not, or what is no function. */
  #guard<Name extends EngineEventName>(name: Name, listener: Listener<Name>): Guarded {
    if (!ENGINE_EVENTS.includes(name))
      throw unknownWord({ path: 'name', name: 'the event', value: name }, ENGINE_EVENTS);
    readFunction({ path: 'listener', value: listener });
    const guards = this.#guards.get(name) ?? new WeakMap<object, Guarded>();
    this.#guards.set(name, guards);
    const known = guards.get(listener);
    if (known) return known;
    const guarded: Guarded = (payload) => {
      try {
        const result: unknown = listener(payload as EngineEventMap[Name]);
        if (result instanceof Promise) result.catch((error: unknown) => this.#failed(error, name));
      } catch (error) {
        this.#failed(error, name);
      }
    };
    guards.set(listener, guarded);
    return guarded;
  }
}
