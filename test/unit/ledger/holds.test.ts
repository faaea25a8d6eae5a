import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Holds } from '../../../src/ledger/keeping/holds.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onekey-holds-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const court = { by: 'archive', reason: 'file 17/2026' };

describe('Holds', () => {
  it('are none, and make no file, before the first', () => {
    expect(new Holds(folder).all()).toEqual([]);
    expect(existsSync(join(folder, 'holds.sqlite'))).toBe(false);
  });

  it('are listed from the first to the last, also by another process', () => {
    const holds = new Holds(folder);
    const first = holds.add({ kind: 'caller', number: '13800001111' }, court, 1000);
    const second = holds.add({ kind: 'month', month: '2026-01' }, court, 2000);
    expect(new Holds(folder).all()).toEqual([first, second]);
    expect(statSync(join(folder, 'holds.sqlite')).mode & 0o007).toBe(0);
  });

  it('stay in the list when they are released, once', () => {
    const holds = new Holds(folder);
    const { id } = holds.add({ kind: 'call', callId: 'call-1' }, court, 1000);
    expect(holds.release('other', court, 2000)).toEqual({ ok: false, code: 'unknown' });
    expect(holds.release(id, { by: 'clerk', reason: 'settled' }, 2000).ok).toBe(true);
    expect(holds.release(id, court, 3000)).toEqual({ ok: false, code: 'released-already' });
    expect(holds.active()).toEqual([]);
    expect(holds.all()[0]?.released).toEqual({ at: 2000, by: 'clerk', reason: 'settled' });
  });

  it('have an audit record each way, the same until it is known to be in the ledger', () => {
    const holds = new Holds(folder);
    const { id } = holds.add({ kind: 'caller', number: '13800001111' }, court, 1000);
    const [added] = holds.unaudited();
    expect(added).toMatchObject({
      id: `hold-${id}-added`,
      action: 'hold-added',
      actor: 'archive',
      subject: id,
      doneAt: 1000,
    });
    expect(JSON.stringify(added)).not.toContain('13800001111');
    expect(new Holds(folder).unaudited()).toEqual([added]);
    holds.audited(holds.unaudited());
    expect(holds.unaudited()).toEqual([]);
    holds.release(id, { by: 'clerk', reason: 'settled' }, 2000);
    expect(holds.unaudited().map(({ action, actor }) => [action, actor])).toEqual([
      ['hold-released', 'clerk'],
    ]);
  });
});
