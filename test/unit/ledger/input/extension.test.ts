/** How custom task extensions are read from callers: defaults, bounds, and what a patch keeps. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import {
  DEFAULT_CLIENT,
  type ExtensionDraft,
  readExtension,
} from '../../../../src/ledger/input/extension.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { REPLY_MODES } from '../../../../src/model/workflow/extension.ts';

const TYPE = '@odata.type';
const HTTP = '#microsoft.graph.httpRequestEndpoint';
const LOGIC_APP = '#microsoft.graph.logicAppTriggerEndpointConfiguration';
const CALLBACK = '#microsoft.graph.identityGovernance.customTaskExtensionCallbackConfiguration';
const INPUT = { displayName: 'Badge', endpointConfiguration: { targetUrl: 'https://hooks.example/run' } };
const APP = { logicAppWorkflowName: 'flow', resourceGroupName: 'group', subscriptionId: 'sub' };
const DRAFT: ExtensionDraft = {
  displayName: 'Badge',
  description: null,
  endpointConfiguration: { [TYPE]: HTTP, targetUrl: 'https://hooks.example/run' },
  authenticationConfiguration: null,
  clientConfiguration: null,
  callbackConfiguration: null,
  replyMode: 'none',
};

/** What is wrong with an input: the field and the message; `null`: it is read. */
function refusal(input: unknown, current: ExtensionDraft | null = null) {
  try {
    readExtension(input, current);
    return null;
  } catch (error) {
    if (!LifecycleError.is(error)) throw error;
    expect(error.code).toBe('InvalidArgument');
    return { field: (error.details as { field?: string }).field, message: error.message };
  }
}

const fieldOf = (input: unknown, current: ExtensionDraft | null = null) => refusal(input, current)?.field;

describe('an extension', () => {
  it('of a name and a URL is completed with defaults, and is frozen', () => {
    const draft = readExtension(INPUT);
    expect(draft).toEqual(DRAFT);
    expect(Object.isFrozen(draft) && Object.isFrozen(draft.endpointConfiguration)).toBe(true);
  });

  it('that was read before, with everything that the ledger sets, is read as itself', () => {
    const full = {
      ...readExtension({
        ...INPUT,
        description: 'Prints a badge',
        authenticationConfiguration: { resourceId: 'r' },
        clientConfiguration: { maximumRetries: 0 },
        callbackConfiguration: { timeoutDuration: 'PT1H', authorizedApps: [{ id: 'app' }] },
      }),
    };
    const got = {
      ...full,
      id: 'x',
      createdDateTime: 'x',
      createdBy: null,
      lastModifiedDateTime: 'x',
      lastModifiedBy: null,
      '@odata.context': 'https://graph.example/$metadata',
    };
    expect(readExtension(got)).toEqual(full);
  });

  it.each([null, undefined, 5, 'x', []])('that is %j is refused', (input) => {
    expect(refusal(input)?.message).toMatch(/^Expected .* an object, got/);
  });

  it.each<[string, object, string]>([
    ['no name', { displayName: undefined }, 'displayName'],
    ['a blank name', { displayName: '  ' }, 'displayName'],
    ['a name of two lines', { displayName: 'a\nb' }, 'displayName'],
    ['a name too long', { displayName: 'x'.repeat(LIMITS.displayNameLengthMax + 1) }, 'displayName'],
    ['a description too long', { description: 'x'.repeat(LIMITS.descriptionLengthMax + 1) }, 'description'],
    ['no endpoint', { endpointConfiguration: undefined }, 'endpointConfiguration'],
    ['an endpoint of null', { endpointConfiguration: null }, 'endpointConfiguration'],
    ['an unknown property', { color: 'red' }, 'color'],
    ['an authentication of text', { authenticationConfiguration: 'pop' }, 'authenticationConfiguration'],
    [
      'an authentication with a secret',
      { authenticationConfiguration: { resourceId: 'r', secret: 's' } },
      'authenticationConfiguration.secret',
    ],
  ])('with %s is refused at %3$s', (_, changes, field) => {
    expect(fieldOf({ ...INPUT, ...changes })).toBe(field);
  });
});

describe('the URL of an endpoint', () => {
  const urlField = (targetUrl: unknown) => fieldOf({ ...INPUT, endpointConfiguration: { targetUrl } });

  it.each(['http://localhost:8080/a?b=c#d', 'https://x.example', `https://x.example/${'a'.repeat(2_000)}`])(
    '%.40s is accepted, as the URL standard writes it',
    (targetUrl) => {
      const { endpointConfiguration } = readExtension({ ...INPUT, endpointConfiguration: { targetUrl } });
      expect(endpointConfiguration).toEqual({ [TYPE]: HTTP, targetUrl: new URL(targetUrl).href });
    },
  );

  it.each([
    'ftp://x.example',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'x.example/run',
    '/run',
    '',
    'https://',
    'https://user@x.example',
    'https://user:secret@x.example',
    'https://:secret@x.example',
    `https://x.example/${'a'.repeat(2_048)}`,
    'https://x.example/a\nb',
    7,
    null,
  ])('%.40j is refused', (targetUrl) => {
    expect(urlField(targetUrl)).toBe('endpointConfiguration.targetUrl');
  });

  it.each([
    'https://user:secret@x.example/run',
    'https://secret@x.example/run',
    'ftp://a@b:secret@x.example/run',
  ])('with a password is refused by a message that does not repeat it: %s', (targetUrl) => {
    expect(refusal({ ...INPUT, endpointConfiguration: { targetUrl } })?.message).toBe(
      `Expected endpointConfiguration.targetUrl to be an absolute http or https URL without a password, got \`"${targetUrl.split('//')[0]}//…@x.example/run"\``,
    );
  });
});

describe('the type of an endpoint', () => {
  it.each([HTTP, HTTP.slice(1)])('may be given as %s', (type) => {
    const endpointConfiguration = { ...INPUT.endpointConfiguration, [TYPE]: type };
    expect(readExtension({ ...INPUT, endpointConfiguration })).toEqual(DRAFT);
  });

  it.each([
    [{ ...INPUT.endpointConfiguration, [TYPE]: LOGIC_APP }, HTTP],
    [{ ...APP, [TYPE]: HTTP }, LOGIC_APP],
    [{ ...APP, [TYPE]: 5 }, LOGIC_APP],
  ])('that contradicts the fields is refused: %j', (endpointConfiguration, expected) => {
    const wrong = refusal({ ...INPUT, endpointConfiguration });
    expect(wrong?.field).toBe('endpointConfiguration.@odata.type');
    expect(wrong?.message).toContain(expected);
  });

  it('decides which other fields there may be', () => {
    expect(fieldOf({ ...INPUT, endpointConfiguration: { ...APP, ...INPUT.endpointConfiguration } })).toMatch(
      /^endpointConfiguration\./,
    );
    expect(fieldOf({ ...INPUT, endpointConfiguration: {} })).toBe(
      'endpointConfiguration.logicAppWorkflowName',
    );
  });
});

describe('the endpoint of a logic app', () => {
  const withApp = (more: object = {}) => ({ ...INPUT, endpointConfiguration: { ...APP, ...more } });
  const url = 'https://prod.logic.example/workflows/1';
  const urlOf = ({ endpointConfiguration: one }: ExtensionDraft) => ('url' in one ? one.url : 'none');

  it('has no URL until one is given', () => {
    const draft = readExtension(withApp());
    expect(draft.endpointConfiguration).toEqual({ [TYPE]: LOGIC_APP, ...APP, url: null });
    expect(urlOf(readExtension(withApp({ url }), draft))).toBe(url);
  });

  it('keeps its URL in a patch that names the same app without a URL, as Graph’s clients do', () => {
    const current = readExtension(withApp({ url }));
    expect(urlOf(readExtension(withApp(), current))).toBe(url);
    expect(urlOf(readExtension({ description: 'x' }, current))).toBe(url);
  });

  it('loses its URL with null, and in a patch that names another app', () => {
    const current = readExtension(withApp({ url }));
    expect(urlOf(readExtension(withApp({ url: null }), current))).toBeNull();
    for (const name of Object.keys(APP))
      expect(urlOf(readExtension(withApp({ [name]: 'another' }), current))).toBeNull();
  });

  it.each(Object.keys(APP))('needs its %s', (name) => {
    for (const value of [undefined, null, '', 'a\nb', 'x'.repeat(LIMITS.idLengthMax + 1)])
      expect(fieldOf(withApp({ [name]: value }))).toBe(`endpointConfiguration.${name}`);
  });

  it('refuses a URL that is none', () => {
    expect(fieldOf(withApp({ url: 'ftp://x' }))).toBe('endpointConfiguration.url');
  });
});

describe('the client configuration of an extension', () => {
  const client = (clientConfiguration: unknown) => ({ ...INPUT, clientConfiguration });

  it('is completed with one retry and 30 s', () => {
    expect(DEFAULT_CLIENT).toEqual({ maximumRetries: 1, timeoutInMilliseconds: 30_000 });
    expect(readExtension(client({ maximumRetries: 3 })).clientConfiguration).toEqual({
      ...DEFAULT_CLIENT,
      maximumRetries: 3,
    });
    expect(readExtension(client({ timeoutInMilliseconds: 200 })).clientConfiguration).toEqual({
      ...DEFAULT_CLIENT,
      timeoutInMilliseconds: 200,
    });
  });

  it.each([null, {}])('is none when it is %j', (none) => {
    expect(readExtension(client(none)).clientConfiguration).toBeNull();
  });

  it.each([
    ['maximumRetries', 0, 10],
    ['timeoutInMilliseconds', 200, 120_000],
  ])('takes %s in %i..%i, whole numbers only', (name, min, max) => {
    for (const value of [min, max])
      expect(readExtension(client({ [name]: value })).clientConfiguration).toMatchObject({ [name]: value });
    for (const value of [min - 1, max + 1, min + 0.5, `${min}`, null, Number.NaN])
      expect(fieldOf(client({ [name]: value }))).toBe(`clientConfiguration.${name}`);
  });
});

describe('the callback configuration of an extension', () => {
  const callback = (callbackConfiguration: unknown) => ({ ...INPUT, callbackConfiguration });

  it.each(['PT5M', 'PT300S', 'PT2H59M59S', 'PT3H', 'PT180M'])('may wait for %s', (timeoutDuration) => {
    expect(readExtension(callback({ timeoutDuration }))).toMatchObject({
      callbackConfiguration: { [TYPE]: CALLBACK, timeoutDuration },
      replyMode: 'callback',
    });
  });

  it.each(['PT4M59S', 'PT3H1S', 'P1D', 'P1M', 'PT0S', '-PT5M', '5 minutes', '', 300, undefined])(
    'cannot wait for %j',
    (timeoutDuration) => {
      expect(fieldOf(callback({ timeoutDuration, [TYPE]: CALLBACK }))).toBe(
        'callbackConfiguration.timeoutDuration',
      );
    },
  );

  it('keeps the ids of the apps that may answer, and nothing else of them', () => {
    const apps = [{ [TYPE]: '#microsoft.graph.application', id: 'a' }, { id: 'b' }];
    const draft = readExtension(callback({ timeoutDuration: 'PT5M', authorizedApps: apps }));
    expect(draft.callbackConfiguration?.authorizedApps).toEqual([{ id: 'a' }, { id: 'b' }]);
    expect(
      readExtension(callback({ timeoutDuration: 'PT5M', authorizedApps: [] })).callbackConfiguration,
    ).toEqual({ [TYPE]: CALLBACK, timeoutDuration: 'PT5M' });
  });

  it.each<[unknown, string]>([
    ['all', ''],
    [Array(LIMITS.authorizedAppsMax + 1).fill({ id: 'a' }), ''],
    [[{}], '[0].id'],
    [[{ id: 'a' }, { id: 'b', secret: 's' }], '[1].secret'],
    [[{ id: 'a\nb' }], '[0].id'],
  ])('refuses the apps %.60j', (authorizedApps, path) => {
    expect(fieldOf(callback({ timeoutDuration: 'PT5M', authorizedApps }))).toBe(
      `callbackConfiguration.authorizedApps${path}`,
    );
  });
});

describe('the reply mode of an extension', () => {
  const withCallback = { ...INPUT, callbackConfiguration: { timeoutDuration: 'PT5M' } };

  it.each(REPLY_MODES)('%s is possible exactly with, or without, a callback configuration', (replyMode) => {
    const isCallback = replyMode === 'callback';
    expect(fieldOf({ ...withCallback, replyMode })).toBe(isCallback ? undefined : 'replyMode');
    expect(fieldOf({ ...INPUT, replyMode })).toBe(isCallback ? 'replyMode' : undefined);
  });

  it('that is impossible is refused naming those that are possible', () => {
    expect(refusal({ ...INPUT, replyMode: 'callback' })?.message).toBe(
      'Expected replyMode to be none or response while there is no callbackConfiguration, got `"callback"`',
    );
    expect(refusal({ ...withCallback, replyMode: 'none' })?.message).toBe(
      'Expected replyMode to be callback while there is a callbackConfiguration, got `"none"`',
    );
  });

  it('that is not named follows the callback configuration, and keeps response where that is possible', () => {
    const responds = readExtension({ ...INPUT, replyMode: 'response' });
    expect(readExtension({ displayName: 'New' }, responds).replyMode).toBe('response');
    const waits = readExtension({ callbackConfiguration: { timeoutDuration: 'PT5M' } }, responds);
    expect(waits.replyMode).toBe('callback');
    expect(readExtension({ callbackConfiguration: null }, waits).replyMode).toBe('none');
  });

  it('is not one of another system', () => {
    expect(fieldOf({ ...INPUT, replyMode: 'webhook' })).toBe('replyMode');
  });
});

describe('a patch of an extension', () => {
  const current = readExtension({
    displayName: 'Badge',
    description: 'Prints a badge',
    endpointConfiguration: { ...APP, url: 'https://x.example/' },
    authenticationConfiguration: { resourceId: 'r' },
    clientConfiguration: { maximumRetries: 4 },
    callbackConfiguration: { timeoutDuration: 'PT10M' },
  });

  it('keeps every property that it does not name', () => {
    expect(readExtension({}, current)).toEqual(current);
    expect(readExtension({ displayName: 'New' }, current)).toEqual({ ...current, displayName: 'New' });
  });

  it('takes away with null what may be absent, and refuses null where it may not', () => {
    for (const name of ['description', 'authenticationConfiguration', 'clientConfiguration'])
      expect(readExtension({ [name]: null }, current)).toEqual({ ...current, [name]: null });
    for (const name of ['displayName', 'endpointConfiguration', 'replyMode'])
      expect(fieldOf({ [name]: null }, current)).toBe(name);
  });

  it('of any subset of the properties gives the current extension with those of the new one', () => {
    const next = readExtension({
      displayName: 'Next',
      description: 'Other',
      endpointConfiguration: { targetUrl: 'https://y.example/' },
      authenticationConfiguration: { resourceId: 's' },
      clientConfiguration: { maximumRetries: 1 },
      callbackConfiguration: { timeoutDuration: 'PT20M' },
    });
    const names = Object.keys(next) as (keyof ExtensionDraft)[];
    fc.assert(
      fc.property(fc.subarray(names), (subset) => {
        const patch = Object.fromEntries(subset.map((name) => [name, next[name]]));
        expect(readExtension(patch, current)).toEqual({ ...current, ...patch });
      }),
    );
  });
});

it('any JSON value is read as an extension or refused as InvalidArgument, and nothing else', () => {
  const value = fc.jsonValue({ maxDepth: 2 });
  const input = fc.record(
    {
      displayName: fc.oneof(fc.constant('x'), value),
      endpointConfiguration: fc.oneof(fc.constant(INPUT.endpointConfiguration), fc.constant(APP), value),
      clientConfiguration: value,
      callbackConfiguration: fc.oneof(fc.constant({ timeoutDuration: 'PT5M' }), value),
      replyMode: fc.oneof(fc.constantFrom(...REPLY_MODES), value),
    },
    { requiredKeys: [] },
  );
  let read = 0;
  fc.assert(
    fc.property(input, (given) => {
      if (refusal(given) === null) read += 1;
    }),
    { numRuns: 500, seed: 11 },
  );
  expect(read).toBeGreaterThan(0);
});
