import { describe, expect, it } from 'vitest';
import { faultsOf, reconcileLoad } from '../../scripts/bench/reconciliation/reconcile-load.js';

describe('ledger and wire', () => {
  it('tell the same of every leg, transfer and sum of sixty varied calls', async () => {
    // How far times are apart is what the bench measures; here they may be, on whatever machine this runs.
    const wish = { calls: 60, rate: 12, seed: 7, within: 1000, slow: false };
    const found = await reconcileLoad(wish, null);
    const faults = Object.entries(faultsOf(found)).filter(([, cases]) => cases.length > 0);
    expect(faults).toEqual([]);
    expect(found.legs.agreed).toBe(found.capture.legs);
    // Nothing was compared that was not there.
    expect(found.capture.legs).toBeGreaterThan(100);
    expect(found.transfers.seen).toBeGreaterThan(20);
    expect(found.statistics.members).toBeGreaterThan(5);
  });
});
