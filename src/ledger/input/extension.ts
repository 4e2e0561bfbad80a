/** Reads custom task extensions from callers. Source: domain §1.10, §3.12. */
import { isDeepStrictEqual } from 'node:util';
import { dayTimeMs } from '../../input/durations.ts';
import {
  type Fields,
  fieldsOf,
  ifGiven,
  readArray,
  readDescription,
  readLine,
  readName,
  readNullable,
  readWhole,
  readWord,
} from '../../input/fields.ts';
import { invalid, type Place, root } from '../../input/refuse.ts';
import { LIMITS } from '../../model/limits.ts';
import { HOUR_MS, MINUTE_MS } from '../../model/time.ts';
import {
  type CallbackConfiguration,
  type ClientConfiguration,
  type CustomTaskExtension,
  type HttpRequestEndpoint,
  type LogicAppTriggerEndpointConfiguration,
  REPLY_MODES,
  type ReplyMode,
} from '../../model/workflow/extension.ts';

const TYPE = '@odata.type';
const FIELDS = [
  'displayName',
  'description',
  'endpointConfiguration',
  'authenticationConfiguration',
  'clientConfiguration',
  'callbackConfiguration',
  'replyMode',
] as const;
const SET_BY_LEDGER = ['id', 'createdDateTime', 'lastModifiedDateTime', 'createdBy', 'lastModifiedBy'];
const CALLBACK_TYPE = '#microsoft.graph.identityGovernance.customTaskExtensionCallbackConfiguration';

/** Without the properties that the ledger sets. */
export type ExtensionDraft = Omit<
  CustomTaskExtension,
  'id' | 'createdDateTime' | 'createdBy' | 'lastModifiedDateTime' | 'lastModifiedBy'
>;

/** Input of `customTaskExtensions.create`; `@odata.type` may be omitted. */
export interface ExtensionInput {
  readonly '@odata.type'?: string;
  /** 1 to 256 characters. */
  readonly displayName: string;
  /** At most 1,024 characters. Default `null`. */
  readonly description?: string | null;
  /** What is called: a logic app, or the URL of any service. */
  readonly endpointConfiguration:
    | (Omit<LogicAppTriggerEndpointConfiguration, '@odata.type' | 'url'> & {
        readonly '@odata.type'?: string;
        /** Default: the current URL of this logic app, or else `null`; tasks fail while there is none. */
        readonly url?: string | null;
      })
    | (Omit<HttpRequestEndpoint, '@odata.type'> & { readonly '@odata.type'?: string });
  /** Kept and not used: the headers of calls are the host's. Default `null`. */
  readonly authenticationConfiguration?: Readonly<Record<string, string>> | null;
  /** Default: one retry, 30 s. */
  readonly clientConfiguration?: Partial<ClientConfiguration> | null;
  /** Default: `callback` with a callback configuration, else `none`. */
  readonly replyMode?: ReplyMode;
  /** Default `null`. */
  readonly callbackConfiguration?:
    | (Omit<CallbackConfiguration, '@odata.type'> & { readonly '@odata.type'?: string })
    | null;
}

/** A checked extension; omitted properties are taken from `current`, if given. @throws LifecycleError `InvalidArgument`. */
export function readExtension(input: unknown, current: ExtensionDraft | null = null): ExtensionDraft {
  const at = fieldsOf(root(input), FIELDS, SET_BY_LEDGER);
  const given = <T>(name: string, read: (place: Place) => T, kept: T | undefined): T =>
    at(name).value === undefined && kept !== undefined ? kept : read(at(name));
  const endpoint = current?.endpointConfiguration;
  const callbackConfiguration = given(
    'callbackConfiguration',
    (place) => readNullable(place, readCallback),
    current?.callbackConfiguration ?? null,
  );
  return Object.freeze({
    displayName: given('displayName', readName, current?.displayName),
    description: given('description', readDescription, current?.description ?? null),
    endpointConfiguration: given('endpointConfiguration', (place) => readEndpoint(place, endpoint), endpoint),
    authenticationConfiguration: given(
      'authenticationConfiguration',
      (place) => readNullable(place, readAuthentication),
      current?.authenticationConfiguration ?? null,
    ),
    clientConfiguration: given(
      'clientConfiguration',
      (place) => readNullable(place, readClient),
      current?.clientConfiguration ?? null,
    ),
    callbackConfiguration,
    replyMode: readReplyMode(at('replyMode'), callbackConfiguration !== null, current?.replyMode),
  });
}

/** @param kept the current mode; used when the input names none and it is still possible. */
function readReplyMode(place: Place, hasCallback: boolean, kept: ReplyMode | undefined): ReplyMode {
  const mode = ifGiven(place, (one) => readWord(one, REPLY_MODES));
  if (mode === undefined) return hasCallback ? 'callback' : kept === 'response' ? 'response' : 'none';
  if ((mode === 'callback') === hasCallback) return mode;
  const expected = hasCallback
    ? 'callback while there is a callbackConfiguration'
    : 'none or response while there is no callbackConfiguration';
  throw invalid(place, expected);
}

function readEndpoint(
  place: Place,
  current: CustomTaskExtension['endpointConfiguration'] | undefined,
): CustomTaskExtension['endpointConfiguration'] {
  const isHttp = fieldsOf(place, null)('targetUrl').value !== undefined;
  if (isHttp) {
    const at = fieldsOf(place, [TYPE, 'targetUrl']);
    expectType(at, '#microsoft.graph.httpRequestEndpoint');
    const targetUrl = readUrl(at('targetUrl'));
    return Object.freeze({ [TYPE]: '#microsoft.graph.httpRequestEndpoint', targetUrl });
  }
  const at = fieldsOf(place, [TYPE, 'logicAppWorkflowName', 'resourceGroupName', 'subscriptionId', 'url']);
  expectType(at, '#microsoft.graph.logicAppTriggerEndpointConfiguration');
  const logicApp = {
    [TYPE]: '#microsoft.graph.logicAppTriggerEndpointConfiguration' as const,
    logicAppWorkflowName: readLine(at('logicAppWorkflowName'), LIMITS.idLengthMax),
    resourceGroupName: readLine(at('resourceGroupName'), LIMITS.idLengthMax),
    subscriptionId: readLine(at('subscriptionId'), LIMITS.idLengthMax),
  };
  const known = current && 'url' in current ? current : null;
  // Graph sets the URL itself, so a body without one leaves it unchanged.
  const isSame = known !== null && isDeepStrictEqual({ ...known, url: null }, { ...logicApp, url: null });
  const url = ifGiven(at('url'), (one) => (one.value === null ? null : readUrl(one)));
  return Object.freeze({ ...logicApp, url: url === undefined ? (isSame ? known.url : null) : url });
}

function readAuthentication(place: Place): Readonly<Record<string, string>> {
  const at = fieldsOf(place, [TYPE, 'resourceId']);
  const type = ifGiven(at(TYPE), (one) => readLine(one, LIMITS.idLengthMax));
  const resourceId = ifGiven(at('resourceId'), (one) => readLine(one, LIMITS.idLengthMax));
  return Object.freeze({
    [TYPE]: type ?? '#microsoft.graph.azureAdPopTokenAuthentication',
    ...(resourceId === undefined ? {} : { resourceId }),
  });
}

function readClient(place: Place): ClientConfiguration {
  const at = fieldsOf(place, [TYPE, 'maximumRetries', 'timeoutInMilliseconds']);
  return Object.freeze({
    maximumRetries:
      ifGiven(at('maximumRetries'), (one) => readWhole(one, 0, 10)) ?? DEFAULT_CLIENT.maximumRetries,
    timeoutInMilliseconds:
      ifGiven(at('timeoutInMilliseconds'), (one) => readWhole(one, 200, 120_000)) ??
      DEFAULT_CLIENT.timeoutInMilliseconds,
  });
}

/** Default of an extension without one. */
export const DEFAULT_CLIENT: ClientConfiguration = Object.freeze({
  maximumRetries: 1,
  timeoutInMilliseconds: 30_000,
});

function readCallback(place: Place): CallbackConfiguration {
  const at = fieldsOf(place, [TYPE, 'timeoutDuration', 'authorizedApps']);
  expectType(at, CALLBACK_TYPE);
  const timeoutDuration = readLine(at('timeoutDuration'), LIMITS.idLengthMax);
  const ms = dayTimeMs(timeoutDuration);
  if (ms === null || ms < 5 * MINUTE_MS || ms > 3 * HOUR_MS)
    throw invalid(at('timeoutDuration'), 'a duration in PT5M..PT3H');
  const authorizedApps = ifGiven(at('authorizedApps'), readApps) ?? [];
  return Object.freeze({
    [TYPE]: CALLBACK_TYPE,
    timeoutDuration,
    ...(authorizedApps.length === 0 ? {} : { authorizedApps }),
  });
}

function readApps(place: Place): readonly { readonly id: string }[] {
  const apps = readArray(place, LIMITS.authorizedAppsMax).map((app) => {
    const id = readLine(fieldsOf(app, [TYPE, 'id'])('id'), LIMITS.idLengthMax);
    return Object.freeze({ id });
  });
  return Object.freeze(apps);
}

function readUrl(place: Place): string {
  const text = readLine(place, URL_LENGTH_MAX);
  const url = URL.canParse(text) ? new URL(text) : null;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isWeb || url.username !== '' || url.password !== '')
    throw invalid({ ...place, value: text.replace(/\/\/.*@/, '//…@') }, NO_SECRETS);
  return url.href;
}

const URL_LENGTH_MAX = 2_048;
const NO_SECRETS = 'an absolute http or https URL without a password';

function expectType(at: Fields, type: string): void {
  const given = at(TYPE);
  if (given.value !== undefined && given.value !== type && given.value !== type.slice(1))
    throw invalid(given, type);
}
