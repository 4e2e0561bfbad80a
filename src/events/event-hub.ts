import { EventEmitter } from 'eventemitter3';
import { readFunction } from '../input/fields.ts';
import { unknownWord } from '../input/refuse.ts';
import type { Channels } from '../ports/channels.ts';
import type { Clock } from '../ports/clock.ts';
import { ENGINE_EVENTS, type EngineEventMap, type EngineEventName, type EventSink } from './event-map.ts';
import { ProgressThrottle } from './progress.ts';

/** Function that is called with the payload of each event. */
export type Listener<Name extends EngineEventName> = (payload: EngineEventMap[Name]) => void;

/** Which people events are wanted of. */
export type PeopleFilter = (runId: string, subjectId: string) => boolean;

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
  /** Of listeners that hear of some people only. */
  readonly #filters = new Map<EngineEventName, Map<Guarded, PeopleFilter>>();
  readonly #progress: ProgressThrottle;
  readonly #channels: Channels | undefined;

  /** @param channels also get each event. */
  constructor(clock: Clock, failed: (error: unknown, name: EngineEventName) => void, channels?: Channels) {
    this.#failed = failed;
    this.#channels = channels;
    this.#progress = new ProgressThrottle(clock, (payload) => this.#deliver('run.progress', payload));
  }

  /** @param filter of events about one person: the listener hears only of the people that it selects. */
  on<Name extends EngineEventName>(name: Name, listener: Listener<Name>, filter?: PeopleFilter): void {
    const guarded = this.#guard(name, listener);
    if (filter !== undefined) readFunction({ path: 'filter', value: filter });
    this.#emitter.on(name, guarded);
    if (filter === undefined) return;
    const filters = this.#filters.get(name) ?? new Map<Guarded, PeopleFilter>();
    this.#filters.set(name, filters.set(guarded, filter));
  }

  once<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#emitter.once(name, this.#guard(name, listener));
  }

  off<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    const guarded = this.#guard(name, listener);
    this.#emitter.off(name, guarded);
    this.#filters.get(name)?.delete(guarded);
  }

  has(name: EngineEventName, runId?: string, subjectId?: string): boolean {
    if (this.#channels?.has(name) === true) return true;
    const filters = this.#filters.get(name);
    const unfiltered = this.#emitter.listenerCount(name) - (filters?.size ?? 0);
    if (unfiltered > 0 || filters === undefined || filters.size === 0) return unfiltered > 0;
    if (runId === undefined || subjectId === undefined) return true;
    for (const guarded of filters.keys()) if (this.#isWanted(name, guarded, runId, subjectId)) return true;
    return false;
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

  #isWanted(name: EngineEventName, guarded: Guarded, runId: string, subjectId: string): boolean {
    const filter = this.#filters.get(name)?.get(guarded);
    try {
      return filter === undefined || filter(runId, subjectId);
    } catch (error) {
      this.#failed(error, name);
      return false;
    }
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
      if ('subjectId' in payload && !this.#isWanted(name, guarded, payload.runId, payload.subjectId)) return;
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
