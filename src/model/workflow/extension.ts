/** Custom task extensions, with Graph's names. Source: domain §1.10, §3.16. */
import type { UserReference } from './workflow.ts';

/** A logic app, or whatever answers at its URL. */
export interface LogicAppTriggerEndpointConfiguration {
  readonly '@odata.type': '#microsoft.graph.logicAppTriggerEndpointConfiguration';
  /** Kept for those who read it; the call goes to `url`. */
  readonly logicAppWorkflowName: string;
  /** As `logicAppWorkflowName`. */
  readonly resourceGroupName: string;
  /** As `logicAppWorkflowName`. */
  readonly subscriptionId: string;
  /** Where it is called; `null`: not known, so that tasks which call it fail. */
  readonly url: string | null;
}

/** Any HTTP endpoint. */
export interface HttpRequestEndpoint {
  readonly '@odata.type': '#microsoft.graph.httpRequestEndpoint';
  /** Where it is called. */
  readonly targetUrl: string;
}

/** How a call is made. */
export interface ClientConfiguration {
  /** Calls after the first, 0..10. */
  readonly maximumRetries: number;
  /** Of one call, 200..120,000. */
  readonly timeoutInMilliseconds: number;
}

/** The task waits for a callback. */
export interface CallbackConfiguration {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.customTaskExtensionCallbackConfiguration';
  /** ISO 8601, `PT5M`..`PT3H`. */
  readonly timeoutDuration: string;
  /** Principals, by id, that may answer without the right to change workflows. Absent: none. */
  readonly authorizedApps?: readonly { readonly id: string }[];
}

/**
 * How a called system reports the outcome of the task: not at all (the task completes when the call is accepted), by a
 * callback, or in its response to the call.
 */
export const REPLY_MODES = ['none', 'callback', 'response'] as const;

/** One of {@link REPLY_MODES}. */
export type ReplyMode = (typeof REPLY_MODES)[number];

/** A system that a task calls. */
export interface CustomTaskExtension {
  /** GUID. */
  readonly id: string;
  /** What people read; not empty. */
  readonly displayName: string;
  /** `null`: none. */
  readonly description: string | null;
  /** What is called. */
  readonly endpointConfiguration: LogicAppTriggerEndpointConfiguration | HttpRequestEndpoint;
  /** Kept, not used: headers of calls are the host's. */
  readonly authenticationConfiguration: Readonly<Record<string, string>> | null;
  /** `null`: the engine’s defaults. */
  readonly clientConfiguration: ClientConfiguration | null;
  /** Not `null` exactly with the reply mode `callback`. */
  readonly callbackConfiguration: CallbackConfiguration | null;
  /** How the outcome comes back. */
  readonly replyMode: ReplyMode;
  /** When it was created. ISO 8601, UTC. */
  readonly createdDateTime: string;
  /** Author; `null`: not known. */
  readonly createdBy: UserReference | null;
  /** When it was changed last. */
  readonly lastModifiedDateTime: string;
  /** Author of the last change; `null`: not known. */
  readonly lastModifiedBy: UserReference | null;
}

/** What `resume` takes; Graph's literal is `Completed`, the enumeration says `completed`: letter case is free. */
export interface CallbackInput {
  /** How the task ended: `completed` or `failed`, in any letter case. */
  readonly data: { readonly operationStatus: string };
  /** Taken because Graph's callbacks have it, and not kept. Default: none. */
  readonly source?: string;
  /** Taken because Graph's callbacks have it, and not kept. Default: none. */
  readonly type?: string;
}

/**
 * Proof of a callback: the call's token, or the host's word that it trusts the caller, or the caller's principal,
 * which has to be one of the extension's `authorizedApps`.
 */
export type CallbackProof =
  | { readonly token: string }
  | { readonly trusted: true }
  | { readonly principal: string };
