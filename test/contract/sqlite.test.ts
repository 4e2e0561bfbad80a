import { sqliteContract } from './sqlite-stores.ts';

sqliteContract('sqlite', {});
