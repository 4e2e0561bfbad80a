import { describe, expect, it } from 'vitest';
import { fillFromPerson, personValue } from '../../../src/config/person-values.ts';

const PERSON = { id: 'u1', mail: 'ana@example.org', level: 3, org: { unit: 'Sales' }, nickname: '' };

describe('values of a person in a configuration', () => {
  it('stand for what is alone in a text as they are, and within a text as texts', () => {
    expect(
      fillFromPerson(
        {
          userName: '{{user.mail}}',
          level: '{{ user.level }}',
          displayName: 'Level {{user.level}} of {{user.org/unit}}',
          emails: [{ value: '{{user.mail}}', primary: true }, '{{user.nickname}}'],
          nickname: '{{user.nickname}}',
          other: 'x{{user.nickname}}y{{user.absent}}',
        },
        PERSON,
      ),
    ).toEqual({
      userName: 'ana@example.org',
      level: 3,
      displayName: 'Level 3 of Sales',
      emails: [{ value: 'ana@example.org', primary: true }],
      other: 'xy',
    });
  });

  it('are no properties that every object has', () => {
    expect(fillFromPerson('{{user.constructor}}', PERSON)).toBeUndefined();
  });

  it('that are needed and absent are a failure that trying again does not mend', () => {
    expect(personValue(PERSON, 'level')).toBe('3');
    expect(() => personValue(PERSON, 'nickname')).toThrow('Expected the person to have nickname, got none');
  });
});
