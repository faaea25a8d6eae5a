import { describe, expect, it } from 'vitest';
import { RecentAlerts } from '../../../../src/api/desk/recent-alerts.js';
import type { LiveAlert, LiveScreenPop } from '../../../../src/engine/operations.js';
import { plan } from '../bench.js';

describe('RecentAlerts', () => {
  let time = 0;
  let privacy: string | null = null;
  const made = (): RecentAlerts =>
    new RecentAlerts(
      () => time,
      () => ({ privacy }) as LiveScreenPop,
    );
  const alert = (id: string, toMember = 'police-110', raisedAt = time): LiveAlert => ({
    id,
    callId: `call of ${id}`,
    raisedAt,
    fromMember: 'city-12345',
    toMember,
    callerNumber: '13800001111',
    firstDialled: '12345',
    matter: null,
    note: '河边',
    location: null,
  });

  it('shows a hotline what it was told of, newest first, and whether the call goes on', () => {
    const alerts = made();
    alerts.see([alert('a'), alert('b', 'police-110', 5), alert('c', 'city-12345')], plan);
    alerts.see([alert('b', 'police-110', 5)], plan);
    expect(alerts.of('police-110', plan)).toMatchObject([
      { id: 'b', live: true, from: { id: 'city-12345' }, caller: '13800001111', note: '河边' },
      { id: 'a', live: false },
    ]);
  });

  it('forgets those of calls that ended an hour ago', () => {
    const alerts = made();
    alerts.see([alert('a')], plan);
    time += 3_600_001;
    alerts.see([], plan);
    expect(alerts.of('police-110', plan)).toEqual([]);
  });

  it('keeps a private number from all but emergency hotlines', () => {
    privacy = 'id';
    const alerts = made();
    alerts.see([alert('a'), alert('b', 'city-12345')], plan);
    expect(alerts.of('police-110', plan)).toMatchObject([{ caller: '13800001111' }]);
    expect(alerts.of('city-12345', plan)).toMatchObject([{ caller: null }]);
    privacy = null;
  });

  it('does not grow without end', () => {
    const alerts = made();
    alerts.see(
      Array.from({ length: 2_000 }, (_, n) => alert(`n${n}`, 'police-110', time + n)),
      plan,
    );
    expect(alerts.of('police-110', plan).map(({ id }) => id)).toEqual([
      'n1999',
      'n1998',
      'n1997',
      'n1996',
      'n1995',
    ]);
  });
});
