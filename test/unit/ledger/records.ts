import type {
  AuditRecord,
  CallRecord,
  LegRecord,
  RecordingRecord,
  TransferRecord,
} from '../../../src/ledger/records.js';

/** 2026-03-02T08:00:00Z, the start of all records here unless a test says otherwise. */
export const START = Date.UTC(2026, 2, 2, 8);

export function callRecord(id: string, changes: Partial<CallRecord> = {}): CallRecord {
  return {
    kind: 'call',
    id,
    callerNumber: '13800001111',
    firstDialled: '12345',
    firstMember: 'city-12345',
    lastMember: 'police-110',
    trunk: 'carrier',
    startedAt: START,
    answeredAt: START + 2000,
    endedAt: START + 60_000,
    durationMs: 60_000.25,
    waitMs: 2000,
    outcome: 'answered',
    missed: false,
    endedBy: 'caller',
    cause: null,
    legs: 3,
    transfers: 1,
    planVersion: '0123456789ab',
    hops: 1,
    heldMs: 4000,
    callBackOf: null,
    ...changes,
  };
}

export function legRecord(id: string, changes: Partial<LegRecord> = {}): LegRecord {
  return {
    kind: 'leg',
    id,
    callId: 'call-1',
    role: 'agent',
    direction: 'out',
    member: 'city-12345',
    trunk: 'pbx-12345',
    peer: '127.0.0.1:5080/udp',
    numberDialled: '12345',
    numberCalled: '8001',
    callerNumber: '13800001111',
    sipCallId: 'abc@127.0.0.1',
    startedAt: START,
    ringingAt: START + 100,
    answeredAt: START + 2000,
    endedAt: START + 30_000,
    durationMs: 30_000,
    talkMs: 28_000,
    outcome: 'answered',
    endedBy: 'us',
    sipStatus: 200,
    reason: null,
    transferId: null,
    media: null,
    agent: null,
    ...changes,
  };
}

export function transferRecord(id: string, changes: Partial<TransferRecord> = {}): TransferRecord {
  return {
    kind: 'transfer',
    id,
    callId: 'call-1',
    trigger: 'refer',
    mode: 'blind',
    fromMember: 'city-12345',
    toMember: 'police-110',
    requestedTarget: '*1',
    transferorLeg: 'leg-2',
    transfereeLeg: 'leg-1',
    targetLeg: 'leg-3',
    requestedAt: START + 20_000,
    answeredAt: START + 25_000,
    completedAt: START + 25_010,
    failedAt: null,
    switchMs: 5010,
    outcome: 'completed',
    cause: null,
    sipStatus: 200,
    matter: null,
    note: null,
    ...changes,
  };
}

export function recordingRecord(id: string, changes: Partial<RecordingRecord> = {}): RecordingRecord {
  return {
    kind: 'recording',
    id,
    callId: 'call-1',
    startedAt: START + 2000,
    endedAt: START + 60_000,
    durationMs: 58_000,
    trigger: 'policy',
    requestedBy: null,
    outcome: 'kept',
    endedBy: 'call',
    cause: null,
    announcedAt: null,
    file: `2026/03/02/${id}.wav`,
    format: 'audio/wav; rate=8000; channels=2',
    bytes: 1_856_044,
    sha256: 'ab'.repeat(32),
    voices: [
      {
        channel: 'left',
        leg: 'leg-1',
        role: 'caller',
        member: null,
        fromAt: START + 2000,
        toAt: START + 60_000,
      },
      {
        channel: 'right',
        leg: 'leg-2',
        role: 'agent',
        member: 'city-12345',
        fromAt: START + 2000,
        toAt: START + 30_000,
      },
    ],
    ...changes,
  };
}

export function auditRecord(id: string, changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    kind: 'audit',
    id,
    doneAt: START + 90_000,
    actor: 'ops-room',
    action: 'recording-played',
    subject: 'call-1-r1',
    callId: 'call-1',
    detail: '127.0.0.1',
    ...changes,
  };
}
