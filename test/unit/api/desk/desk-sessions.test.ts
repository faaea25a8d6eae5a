import { describe, expect, it } from 'vitest';
import { DeskSessions, LAST_CALL_MS, SESSION_MS } from '../../../../src/api/desk/desk-sessions.js';

describe('DeskSessions', () => {
  let time = 1_000;
  let talks = false;
  const marks = new Map([
    ['li-na', 'one'],
    ['wang', 'two'],
  ]);
  const secret = Buffer.alloc(32, 7);
  const made = (key = secret): DeskSessions =>
    new DeskSessions({
      secret: key,
      now: () => time,
      markOf: (agent) => marks.get(agent) ?? null,
      inCall: () => talks,
    });

  it('knows the agent again, also after a restart', () => {
    const session = made().open('li-na');
    expect(made().agentOf(session)).toBe('li-na');
    expect(session).toMatch(/^[A-Za-z0-9_.-]+$/);
  });

  it('takes no session that was changed, or signed by another server', () => {
    const session = made().open('li-na');
    const [, end, signature] = session.split('.');
    const other = `${Buffer.from('wang').toString('base64url')}.${end}.${signature}`;
    for (const bad of [
      other,
      session.replace(`.${end}.`, `.${Number(end) + 1}.`),
      `${session}x`,
      '',
      '..',
      undefined,
    ])
      expect(made().agentOf(bad)).toBeNull();
    expect(made(Buffer.alloc(32, 8)).agentOf(session)).toBeNull();
  });

  it('ends with the shift', () => {
    const session = made().open('li-na');
    time += SESSION_MS - 1;
    expect(made().agentOf(session)).toBe('li-na');
    time += 1;
    expect(made().agentOf(session)).toBeNull();
  });

  it('does not end in the middle of a call, unless that has no end', () => {
    const session = made().open('li-na');
    talks = true;
    time += SESSION_MS + LAST_CALL_MS - 1;
    expect(made().agentOf(session)).toBe('li-na');
    talks = false;
    expect(made().agentOf(session)).toBeNull();
    talks = true;
    time += 1;
    expect(made().agentOf(session)).toBeNull();
    talks = false;
  });

  it('ends when the password changes or the account goes', () => {
    const [changed, gone] = [made().open('li-na'), made().open('wang')];
    marks.set('li-na', 'three');
    marks.delete('wang');
    expect(made().agentOf(changed)).toBeNull();
    expect(made().agentOf(gone)).toBeNull();
  });
});
