/** A configuration has the type of its kinds. The compiler is the test: `npm run types`. */
import { defineConfig } from '../../src/config.ts';

export const config = defineConfig({
  connections: {
    people: { kind: 'file', path: 'people.csv' },
    app: {
      kind: 'scim',
      baseUrl: 'https://app.example.com/scim/v2',
      token: async () => 'a token',
      newUser: ({ mail }) => ({ userName: mail }),
    },
    mail: { kind: 'mail', host: 'smtp.example.org', from: 'hr@example.org', addressOf: 'otherMail' },
  },
  directory: 'people',
  tasks: { collectBadge: ({ subject }) => ({ processingInfo: subject.id }) },
});

export const refused = [
  // @ts-expect-error: there is no such kind
  defineConfig({ connections: { app: { kind: 'scmi', baseUrl: 'https://app.example.com' } } }),
  // @ts-expect-error: no field of this kind
  defineConfig({ connections: { people: { kind: 'file', path: 'people.csv', token: 'x' } } }),
  // @ts-expect-error: a field is missing
  defineConfig({ connections: { app: { kind: 'scim' } } }),
  defineConfig({
    connections: {
      // @ts-expect-error: no variable is named
      app: { kind: 'scim', baseUrl: 'https://x.example', token: { name: 'T' } },
    },
  }),
];
