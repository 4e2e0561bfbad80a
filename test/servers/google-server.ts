/**
 * Users and groups of Google Workspace: the paths of the Admin SDK's Directory API that the guide's connector uses, with
 * the answers and errors that Google documents or gives.
 *
 * @see https://developers.google.com/workspace/admin/directory/reference/rest
 * @see https://developers.google.com/workspace/admin/directory/v1/limits
 */
import { type JsonAnswer, type JsonRequest, startJsonServer } from './json-server.ts';

export const GOOGLE_TOKEN = 'ya29.a-token-of-google';
const API = ['admin', 'directory', 'v1'];

interface User {
  readonly id: string;
  readonly primaryEmail: string;
  readonly suspended: boolean;
  readonly name: { readonly fullName: string };
}

/** Starts a server on a free port of this host. */
export async function startGoogleServer() {
  const users = new Map<string, User>();
  /** Members by the address of their group. */
  const groups = new Map<string, Set<string>>();
  const signedOut = new Set<string>();
  const state = { changes: 0, exceedsQuota: false };
  const changed = (answer: JsonAnswer): JsonAnswer => {
    state.changes += 1;
    return answer;
  };

  function answer(request: JsonRequest): JsonAnswer {
    if (request.authorization !== `Bearer ${GOOGLE_TOKEN}`)
      return failure(401, 'authError', 'Invalid Credentials');
    if (state.exceedsQuota) {
      state.exceedsQuota = false;
      return failure(403, 'quotaExceeded', 'Request rate higher than configured.');
    }
    const [resource, ...rest] = request.segments.slice(API.length);
    if (request.segments.slice(0, API.length).join() !== API.join()) return notFound('path');
    return resource === 'users' ? answerUsers(request, rest) : answerGroups(request, rest);
  }

  function answerUsers({ method, query, body }: JsonRequest, [key, verb]: readonly string[]): JsonAnswer {
    if (key === undefined) return listUsers(query);
    const user = users.get(key) ?? [...users.values()].find(({ id }) => id === key);
    if (!user) return notFound('userKey');
    if (verb === 'signOut' && method === 'POST') {
      signedOut.add(user.primaryEmail);
      return changed({ status: 204 });
    }
    if (method === 'GET') return { status: 200, body: user };
    const next = { ...user, ...body };
    users.set(user.primaryEmail, next);
    return changed({ status: 200, body: next });
  }

  function listUsers(query: URLSearchParams): JsonAnswer {
    if (!query.has('customer') && !query.has('domain')) return failure(400, 'badRequest', 'Bad Request');
    const from = Number(query.get('pageToken') ?? 0);
    const count = Number(query.get('maxResults') ?? 100);
    const page = [...users.values()].slice(from, from + count);
    const isLast = from + count >= users.size;
    return { status: 200, body: { users: page, ...(isLast ? {} : { nextPageToken: String(from + count) }) } };
  }

  function answerGroups(request: JsonRequest, [group, list, member]: readonly string[]): JsonAnswer {
    const { method, query, body } = request;
    if (group === undefined) {
      const userKey = query.get('userKey') ?? '';
      const found = [...groups].filter(([, members]) => members.has(userKey)).map(([email]) => ({ email }));
      // An empty list is left out, as Google leaves it out.
      return { status: 200, body: found.length === 0 ? {} : { groups: found } };
    }
    const members = groups.get(group);
    if (!members || list !== 'members') return notFound('groupKey');
    if (method === 'POST' && member === undefined) {
      const email = String(body.email);
      if (members.has(email)) return failure(409, 'duplicate', 'Member already exists.');
      if (!users.has(email)) return notFound('memberKey');
      members.add(email);
      return changed({ status: 200, body: { email, role: 'MEMBER', type: 'USER', status: 'ACTIVE' } });
    }
    if (member === undefined || !members.has(member)) return notFound('memberKey');
    if (method === 'GET') return { status: 200, body: { email: member, role: 'MEMBER', type: 'USER' } };
    members.delete(member);
    return changed({ status: 200 });
  }

  const server = await startJsonServer(answer);
  return {
    ...server,
    users,
    groups,
    signedOut,
    state,
    /** Adds a user. */
    add(primaryEmail: string, suspended = false): void {
      const id = String(10_000 + users.size);
      users.set(primaryEmail, { id, primaryEmail, suspended, name: { fullName: primaryEmail } });
    },
  };
}

function failure(code: number, reason: string, message: string): JsonAnswer {
  const errors = [{ domain: 'global', reason, message }];
  return { status: code, body: { error: { code, message, errors } } };
}

function notFound(what: string): JsonAnswer {
  return failure(404, 'notFound', `Resource Not Found: ${what}`);
}
