import { performance } from 'node:perf_hooks';

/**
 * A gauge of this thread's event loop: the share of the time since it was last read in which the loop had work, 0 to 1.
 * Time in which the system gave the processor to others counts as work, if there was any.
 */
export function eventLoopBusy(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}
