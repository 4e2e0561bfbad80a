import { sqliteContract } from './sqlite-stores.ts';

sqliteContract('sqlite, whose thread makes every commit that it can', { writerThread: 'always' });
