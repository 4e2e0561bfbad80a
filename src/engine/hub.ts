import { EventEmitter } from 'eventemitter3';
import { readFunction } from '../input/fields.ts';
import { unknownWord } from '../input/refuse.ts';
import { ENGINE_EVENTS, type EngineEventMap, type EngineEventName, type EventSink } from '../model/events.ts';
import type { Clock } from '../ports/clock.ts';
import { ProgressThrottle } from './progress.ts';

/** A function that is told of an event. */
export type Listener<Name extends EngineEventName> = (payload: EngineEventMap[Name]) => void;

type Guarded = (payload: EngineEventMap[EngineEventName]) => void;

/**
 * Tells events to listeners. A listener watches and never steers: what it throws, or what the promise
 * that it returns rejects with, goes to `failed` and nowhere else.
 */
export class EventHub implements EventSink {
  readonly #emitter = new EventEmitter();
  readonly #failed: (error: unknown, name: EngineEventName) => void;
  /** The guard around each listener, so that `off` finds it. */
  readonly #guards = new Map<EngineEventName, WeakMap<object, Guarded>>();
  readonly #progress: ProgressThrottle;

  constructor(clock: Clock, failed: (error: unknown, name: EngineEventName) => void) {
    this.#failed = failed;
    this.#progress = new ProgressThrottle(clock, (payload) => this.#emitter.emit('run.progress', payload));
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
    return this.#emitter.listenerCount(name) > 0;
  }

  emit<Name extends EngineEventName>(name: Name, payload: EngineEventMap[Name]): void {
    if (name === 'run.progress') this.#progress.add(payload as EngineEventMap['run.progress']);
    else {
      if (name === 'run.finished') this.#progress.flush((payload as EngineEventMap['run.finished']).run.id);
      this.#emitter.emit(name, payload);
    }
  }

  /** Emits what is held back, and leaves no timer behind. */
  flush(): void {
    this.#progress.flush();
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
