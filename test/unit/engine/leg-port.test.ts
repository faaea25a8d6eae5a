import { describe, expect, it } from 'vitest';
import type { SrfRequest, SrfResponse } from '../../../src/engine/drachtio.js';
import { LegPorts, nameOf, newPort } from '../../../src/engine/leg-port.js';

// A Replaces is matched by tags alone; the messages are never looked at.
const inbound = { req: {} as SrfRequest, res: {} as SrfResponse };
const name = (callId: string, toTag: string, fromTag: string) => ({
  callId,
  toTag,
  fromTag,
  earlyOnly: false,
});

describe('LegPorts.named', () => {
  const ports = new LegPorts();
  const called = newPort('c-2', null, null, '');
  ports.add(called);
  ports.nameDialog(called, nameOf('out', 'ours'));
  called.localTag = 'ours';
  const calling = newPort('d-1', null, inbound, nameOf('in', 'theirs'));
  calling.remoteTag = 'theirs';
  ports.add(calling);

  it('finds nothing before the dialogs have both tags', () => {
    expect(ports.named(name('out', 'ours', 'theirs'))).toBeUndefined();
    expect(ports.named(name('in', 'ours', 'theirs'))).toBeUndefined();
  });
  it('wants our tag as to-tag and the peer’s as from-tag, whoever called', () => {
    called.remoteTag = 'theirs';
    calling.localTag = 'ours';
    expect(ports.named(name('out', 'ours', 'theirs'))).toBe(called);
    expect(ports.named(name('in', 'ours', 'theirs'))).toBe(calling);
    for (const callId of ['out', 'in', 'other']) {
      expect(ports.named(name(callId, 'theirs', 'ours'))).toBeUndefined();
      expect(ports.named(name(callId, 'ours', 'ours'))).toBeUndefined();
      expect(ports.named(name(callId, 'theirs', 'theirs'))).toBeUndefined();
    }
    expect(ports.named(name('other', 'ours', 'theirs'))).toBeUndefined();
  });
  it('forgets the name that a second attempt leaves behind, and legs that are over', () => {
    ports.nameDialog(called, nameOf('again', 'ours2'));
    expect(ports.ofDialog(nameOf('out', 'ours'))).toBeUndefined();
    expect(ports.ofDialog(nameOf('again', 'ours2'))).toBe(called);
    ports.delete('c-2');
    ports.delete('d-1');
    expect(ports.size).toBe(0);
    expect(ports.named(name('in', 'ours', 'theirs'))).toBeUndefined();
  });
});
