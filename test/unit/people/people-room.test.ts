import { describe, expect, it } from 'vitest';
import { hashPassword, isPassword } from '../../../src/people/password-hash.js';
import { PeopleRoom } from '../../../src/people/people-room.js';
import type { StoredPerson } from '../../../src/people/person.js';
import { IDLE_MS, SESSION_MS } from '../../../src/people/sessions.js';

const MINUTE = 60_000;
const password = await hashPassword('correct horse');
const wang: StoredPerson = {
  person: { id: 'wang-fang', displayName: '王芳', role: 'supervisor', members: 'all', enabled: true },
  password,
  createdAt: 1,
  changedAt: 1,
};

function room(kept: ConstructorParameters<typeof PeopleRoom>[0]['sessions'] = []) {
  const clock = { now: 1_000_000 };
  const locked: unknown[] = [];
  let drawn = 0;
  let changes = 0;
  const people = new PeopleRoom({
    people: [wang],
    sessions: kept,
    limits: { attempts: 3, firstMs: MINUTE, mostMs: 60 * MINUTE },
    now: () => clock.now,
    random: (bytes) => Buffer.alloc(bytes, ++drawn),
    onSessions: () => {
      changes++;
    },
    onLocked: (...what) => locked.push(what),
  });
  return { people, clock, locked, changes: () => changes };
}

describe('a password', () => {
  it('is kept as scrypt with a salt of its own, and known again', async () => {
    expect(password).toMatch(/^scrypt\$32768\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await hashPassword('correct horse')).not.toBe(password);
    expect(await isPassword('correct horse', password)).toBe(true);
    expect(await isPassword('correct horsf', password)).toBe(false);
  });

  it.each(['', 'plain', password.replace('32768', '99999999'), password.replace('32768', '3')])(
    'is not known by what was never written: %s',
    async (kept) => {
      expect(await isPassword('correct horse', kept)).toBe(false);
    },
  );
});

describe('logging in', () => {
  it('knows the right password of an account, and nothing else', async () => {
    const { people } = room();
    expect(await people.logIn('wang-fang', 'correct horse', '192.0.2.1')).toBe('right');
    expect(await people.logIn('wang-fang', 'wrong', '192.0.2.1')).toBe('wrong');
    expect(await people.logIn('nobody', 'correct horse', '192.0.2.1')).toBe('wrong');
    people.peopleChanged([{ ...wang, person: { ...wang.person, enabled: false } }]);
    expect(await people.logIn('wang-fang', 'correct horse', '192.0.2.1')).toBe('wrong');
  });

  it('locks an account for the address of who guesses, however many at once', async () => {
    const { people, clock, locked } = room();
    const verdicts = await Promise.all(
      ['a', 'b', 'c', 'd', 'correct horse'].map((guess) => people.logIn('wang-fang', guess, '192.0.2.1')),
    );
    expect(verdicts).toEqual(['wrong', 'wrong', 'wrong', 'locked', 'locked']);
    expect(locked).toEqual([['wang-fang', '192.0.2.1', MINUTE]]);
    expect(await people.logIn('wang-fang', 'correct horse', '192.0.2.2')).toBe('right');
    clock.now += MINUTE;
    expect(await people.logIn('wang-fang', 'correct horse', '192.0.2.1')).toBe('right');
  });

  it('locks an address that tries many names', async () => {
    const { people, locked } = room();
    for (let tried = 0; tried < 15; tried++) await people.logIn(`name-${tried}`, 'guess', '192.0.2.1');
    expect(await people.logIn('wang-fang', 'correct horse', '192.0.2.1')).toBe('locked');
    expect(locked).toEqual([[null, '192.0.2.1', MINUTE]]);
    expect(await people.logIn('wang-fang', 'correct horse', '192.0.2.2')).toBe('right');
  });

  it('keeps no more waiting than it can check in a moment', async () => {
    const { people } = room();
    const verdicts = await Promise.all(
      Array.from({ length: 25 }, (_, name) => people.logIn(`n${name}`, 'guess', '192.0.2.1')),
    );
    expect(verdicts.filter((verdict) => verdict === 'busy')).toHaveLength(5);
    expect(await people.logIn('wang-fang', 'correct horse', '192.0.2.2')).toBe('right');
  });

  it('lets in again whose account was changed', async () => {
    const { people } = room();
    for (const guess of ['a', 'b', 'c']) await people.logIn('wang-fang', guess, '192.0.2.1');
    people.peopleChanged([{ ...wang, changedAt: 2 }]);
    expect(await people.logIn('wang-fang', 'correct horse', '192.0.2.1')).toBe('right');
  });
});

describe('a session', () => {
  it('is opened by its key until it is ended', () => {
    const { people } = room();
    const ended: string[] = [];
    people.onEnded((id) => ended.push(id));
    const key = people.open('wang-fang');
    const session = people.holder(key)?.session;
    expect(people.holder(key)?.person).toEqual(wang.person);
    expect([people.holder('guess'), people.holder(undefined), people.holder('x'.repeat(5000))]).toEqual([
      null,
      null,
      null,
    ]);
    people.end(key);
    expect(people.holder(key)).toBeNull();
    expect(ended).toEqual([session]);
  });

  it('ends when nobody uses it, and after a shift in any case', () => {
    const { people, clock } = room();
    const idle = people.open('wang-fang');
    clock.now += IDLE_MS - 1;
    expect(people.holder(idle)).not.toBeNull();
    clock.now += IDLE_MS;
    expect(people.holder(idle)).toBeNull();
    let key = people.open('wang-fang');
    const from = clock.now;
    while (clock.now < from + SESSION_MS - 10 * MINUTE) {
      clock.now += 10 * MINUTE;
      const holder = people.holder(key);
      expect(holder).not.toBeNull();
      key = holder?.newKey ?? key;
    }
    clock.now += 10 * MINUTE;
    expect(people.holder(key)).toBeNull();
  });

  it('gets another key by and by; the one before holds until the new one has come back, and a minute', () => {
    const { people, clock } = room();
    const first = people.open('wang-fang');
    expect(people.holder(first)?.newKey).toBeNull();
    clock.now += 15 * MINUTE;
    const second = people.holder(first)?.newKey ?? '';
    expect(second).not.toBe('');
    // The answer with it is still under way to the browser.
    expect(people.holder(first)?.newKey).toBeNull();
    expect(people.holder(second)?.newKey).toBeNull();
    clock.now += MINUTE - 1;
    expect(people.holder(first)).not.toBeNull();
    clock.now += 1;
    expect(people.holder(first)).toBeNull();
    expect(people.holder(second)).not.toBeNull();
  });

  it('gets one more key when the answer with the new one was lost', () => {
    const { people, clock } = room();
    const first = people.open('wang-fang');
    people.holder(first);
    clock.now += 15 * MINUTE;
    const lost = people.holder(first)?.newKey ?? '';
    clock.now += MINUTE;
    const third = people.holder(first)?.newKey ?? '';
    expect(people.holder(third)).not.toBeNull();
    expect(people.holder(lost)).toBeNull();
  });

  it.each([
    ['disabled', { ...wang, person: { ...wang.person, enabled: false } }],
    ['given another password', { ...wang, password: 'another' }],
  ])('ends when the account is %s', (_what, changed) => {
    const { people } = room();
    const ended: string[] = [];
    people.onEnded((id) => ended.push(id));
    const key = people.open('wang-fang');
    people.peopleChanged([changed]);
    expect(people.holder(key)).toBeNull();
    expect(ended).toHaveLength(1);
  });

  it('goes on with another role, which holds at once', () => {
    const { people } = room();
    const cut: string[] = [];
    people.onEnded((id) => cut.push(id));
    const key = people.open('wang-fang');
    people.peopleChanged([{ ...wang, person: { ...wang.person, role: 'viewer' } }]);
    expect(people.holder(key)?.person.role).toBe('viewer');
    // What is being answered was asked for with the rights of before.
    expect(cut).toEqual([people.holder(key)?.session]);
  });

  it('outlives a restart, and its key is in no file', () => {
    const before = room();
    const key = before.people.open('wang-fang');
    const kept = before.people.keptSessions();
    expect(JSON.stringify(kept)).not.toContain(key);
    const after = room(kept);
    expect(after.people.holder(key)?.person.id).toBe('wang-fang');
    after.clock.now += IDLE_MS;
    after.people.sweep();
    expect(after.people.keptSessions()).toEqual([]);
  });

  it('of one person there are twenty at most: the oldest ends for another', () => {
    const { people } = room();
    const keys = Array.from({ length: 21 }, () => people.open('wang-fang'));
    expect(people.holder(keys[0])).toBeNull();
    expect(keys.slice(1).every((key) => people.holder(key) !== null)).toBe(true);
  });
});
