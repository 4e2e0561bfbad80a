import { expect, it } from 'vitest';
import { csvDirectory } from '../../../../src/directory/open-directory.ts';
import { folder } from '../support.ts';

const files = folder();

it('the members of a group are the people of the file whose memberOf has it', async () => {
  const directory = await csvDirectory(await files.fresh('.csv', 'id,memberOf\na,G;x\nb,\nc,g\n'));
  const members: string[] = [];
  for await (const { id } of directory.membersOf?.('g') ?? []) members.push(id);
  expect(members).toEqual(['a', 'c']);
  await directory.close();
});
