/** Bugs of those who listen. */
import type { Mutant } from './mutants.js';

const file = 'monitor-step.ts';
const work = 'monitor-work.ts';
const family = 'somebody who listens';

export const MONITORED: readonly Mutant[] = [
  {
    bug: 'a phone that answers while it is called off stays connected',
    file,
    from: "if (late) return release(d, d.leg.leave?.cause ?? 'refused');",
    to: "if (late) return d.patchLeg({ state: 'leaving' });",
    family,
    rule: 'nobody watches a leg that is to end',
  },
  {
    bug: 'a listener stays when the call is over',
    file,
    from: "return stop(d, 'call-ended', 'onekey');",
    to: 'return;',
    family,
    rule: 'somebody listens to a call that is over',
  },
  {
    bug: 'the room goes on when the listener hangs up',
    file: work,
    from: 'export function ended(d: Draft, endedBy: EndedBy, reason: string | null, cause: MonitorEnd): void {\n  stopTimers(d);\n  closeEar(d);',
    to: 'export function ended(d: Draft, endedBy: EndedBy, reason: string | null, cause: MonitorEnd): void {\n  stopTimers(d);',
    family,
    rule: 'media goes on for somebody who has left',
  },
  {
    bug: 'a listener who goes on to another call still speaks in the one before',
    file,
    from: "if (ear !== 'none') d.emit({ type: 'close-ear', callId });\n",
    to: '',
    family,
    rule: 'two ears',
  },
  {
    bug: 'who was called when the program was killed is called off again',
    file,
    from: "if (!answered) return ended(d, 'crash', 'restart', 'restart');",
    to: '',
    family,
    rule: 'a BYE outside of a dialog',
  },
  {
    bug: 'who asks for a mode too early is taken for the one who asked before',
    file,
    from: "d.emit({ type: 'reply', ticket, result: { ok: false, code, message } });",
    to: "d.emit({ type: 'reply', ticket: changing?.ticket ?? ticket, result: { ok: false, code, message } });",
    family,
    rule: 'who asked for a mode waits for ever',
  },
];
