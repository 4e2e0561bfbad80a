/**
 * Members and teams of one organization of GitHub: the paths of the REST API that the guide's connector uses, with
 * the answers that GitHub documents.
 *
 * @see https://docs.github.com/en/rest/orgs/members
 * @see https://docs.github.com/en/rest/teams/members
 * @see https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
 */
import { type JsonAnswer, type JsonRequest, startJsonServer } from './json-server.ts';

export const GITHUB_TOKEN = 'ghs_a-token-of-github';

interface Membership {
  readonly state: 'active' | 'pending';
  readonly role: string;
}

/** Starts a server on a free port of this host. @param org its organization. */
export async function startGithubServer(org = 'acme') {
  const members = new Map<string, Membership>();
  /** Memberships by team and login. */
  const teams = new Map<string, Map<string, Membership>>();
  /** Teams that an identity provider synchronizes. */
  const synchronized = new Set<string>();
  const state = { changes: 0, isLimitedUntilMs: 0 };
  const changed = (answer: JsonAnswer): JsonAnswer => {
    state.changes += 1;
    return answer;
  };

  function answer(request: JsonRequest): JsonAnswer {
    if (request.authorization !== `Bearer ${GITHUB_TOKEN}`) return failure(401, 'Bad credentials');
    if (state.isLimitedUntilMs > 0) {
      const headers = {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(state.isLimitedUntilMs / 1_000),
      };
      state.isLimitedUntilMs = 0;
      return { ...failure(403, 'API rate limit exceeded for installation ID 1.'), headers };
    }
    const [orgs, name, list, ...rest] = request.segments;
    if (orgs !== 'orgs' || name !== org) return failure(404, 'Not Found');
    if (list === undefined) return { status: 200, body: { login: org } };
    if (list === 'memberships') return answerOrg(request, rest[0] ?? '');
    const [team = '', memberships, login = ''] = rest;
    return list === 'teams' && memberships === 'memberships'
      ? answerTeam(request, team, login)
      : failure(404, 'Not Found');
  }

  function answerOrg({ method, body }: JsonRequest, login: string): JsonAnswer {
    const known = members.get(login);
    if (method === 'PUT') {
      // A new member has to accept an invitation; the role of a member becomes what is asked for.
      const next: Membership = { state: known?.state ?? 'pending', role: String(body.role ?? 'member') };
      members.set(login, next);
      return changed({ status: 200, body: next });
    }
    if (!known) return failure(404, 'Not Found');
    if (method === 'GET') return { status: 200, body: known };
    members.delete(login);
    for (const team of teams.values()) team.delete(login);
    return changed({ status: 204 });
  }

  function answerTeam({ method, body }: JsonRequest, slug: string, login: string): JsonAnswer {
    const team = teams.get(slug);
    if (!team) return failure(404, 'Not Found');
    const known = team.get(login);
    if (method === 'GET') return known ? { status: 200, body: known } : failure(404, 'Not Found');
    if (synchronized.has(slug)) return failure(403, 'This team is synchronized with an identity provider');
    if (method === 'PUT') {
      const next: Membership = {
        state: members.get(login)?.state ?? 'pending',
        role: String(body.role ?? 'member'),
      };
      team.set(login, next);
      return changed({ status: 200, body: next });
    }
    return team.delete(login) ? changed({ status: 204 }) : { status: 204 };
  }

  return { ...(await startJsonServer(answer)), members, teams, synchronized, state };
}

function failure(status: number, message: string): JsonAnswer {
  return { status, body: { message, documentation_url: 'https://docs.github.com/rest' } };
}
