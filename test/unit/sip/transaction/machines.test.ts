import { describe, expect, test } from 'vitest';
import { INVITE_CLIENT_START, stepInviteClient } from '../../../../src/sip/transaction/invite-client.js';
import { INVITE_SERVER_START, stepInviteServer } from '../../../../src/sip/transaction/invite-server.js';
import type { ClientInput, ServerInput } from '../../../../src/sip/transaction/machine.js';
import {
  NON_INVITE_CLIENT_START,
  stepNonInviteClient,
} from '../../../../src/sip/transaction/non-invite-client.js';
import {
  NON_INVITE_SERVER_START,
  stepNonInviteServer,
} from '../../../../src/sip/transaction/non-invite-server.js';
import { sipTimers } from '../../../../src/sip/transaction/timers.js';

const timers = sipTimers();

/** An effect in one word: `transmit`, `arm A 500`, `disarm B`. */
function word(effect: { type: string; timer?: string; after?: number }): string {
  return [effect.type, effect.timer, effect.after].filter((part) => part !== undefined).join(' ');
}

/** Runs inputs written as `start`, `180`, `A` (a timer), `error`, `again`, `ack`; gives state and effects of each step. */
function run<S extends { name: string }>(
  step: (state: S, input: never) => { state: S; effects: readonly { type: string }[] },
  start: S,
  inputs: string,
  status: 'response' | 'respond',
): string[] {
  let state = start;
  return inputs.split(' ').map((text) => {
    const input =
      text === 'start'
        ? { type: 'start' }
        : text === 'error'
          ? { type: 'transportError' }
          : text === 'again'
            ? { type: 'retransmission' }
            : text === 'ack'
              ? { type: 'ack' }
              : /^\d+$/.test(text)
                ? { type: status, status: Number(text) }
                : { type: 'timer', timer: text };
    const next = step(state, input as never);
    state = next.state;
    return `${text}: ${next.effects.map(word).join(', ')} -> ${state.name}`;
  });
}

const client = (machine: 'INVITE' | 'other', inputs: string, reliable = false): string[] =>
  machine === 'INVITE'
    ? run(
        (s, i: ClientInput) => stepInviteClient(s, i, timers, reliable),
        INVITE_CLIENT_START(timers),
        inputs,
        'response',
      )
    : run(
        (s, i: ClientInput) => stepNonInviteClient(s, i, timers, reliable),
        NON_INVITE_CLIENT_START(timers),
        inputs,
        'response',
      );

const server = (machine: 'INVITE' | 'other', inputs: string, reliable = false): string[] =>
  machine === 'INVITE'
    ? run(
        (s, i: ServerInput) => stepInviteServer(s, i, timers, reliable),
        INVITE_SERVER_START,
        inputs,
        'respond',
      )
    : run(
        (s, i: ServerInput) => stepNonInviteServer(s, i, timers, reliable),
        NON_INVITE_SERVER_START,
        inputs,
        'respond',
      );

describe('INVITE client transaction', () => {
  test('timer A doubles without bound, timer B ends it', () => {
    expect(client('INVITE', 'start A A A A B A')).toEqual([
      'start: transmit, arm B 32000, arm A 500 -> calling',
      'A: transmit, arm A 1000 -> calling',
      'A: transmit, arm A 2000 -> calling',
      'A: transmit, arm A 4000 -> calling',
      'A: transmit, arm A 8000 -> calling',
      'B: timedOut -> terminated',
      'A:  -> terminated',
    ]);
  });

  test('a provisional stops retransmission; a failure is acknowledged each time, delivered once', () => {
    expect(client('INVITE', 'start 100 180 486 486 200 D')).toEqual([
      'start: transmit, arm B 32000, arm A 500 -> calling',
      '100: disarm A, disarm B, deliver -> proceeding',
      '180: deliver -> proceeding',
      '486: disarm A, disarm B, acknowledge, deliver, arm D 32000 -> completed',
      '486: acknowledge -> completed',
      '200:  -> completed',
      'D:  -> terminated',
    ]);
  });

  test('every 2xx is delivered for 64*T1 (RFC 6026)', () => {
    expect(client('INVITE', 'start 200 180 200 486 error M 200')).toEqual([
      'start: transmit, arm B 32000, arm A 500 -> calling',
      '200: disarm A, disarm B, arm M 32000, deliver -> accepted',
      '180:  -> accepted',
      '200: deliver -> accepted',
      '486:  -> accepted',
      'error:  -> accepted',
      'M:  -> terminated',
      '200:  -> terminated',
    ]);
  });

  test('over TCP nothing is sent again and a failure ends it at once', () => {
    expect(client('INVITE', 'start 404', true)).toEqual([
      'start: transmit, arm B 32000 -> calling',
      '404: disarm A, disarm B, acknowledge, deliver -> terminated',
    ]);
  });

  test('a transport error counts only while unanswered', () => {
    expect(client('INVITE', 'start error')[1]).toBe('error: failed -> terminated');
    expect(client('INVITE', 'start 180 error')[2]).toBe('error:  -> proceeding');
  });
});

describe('non-INVITE client transaction', () => {
  test('timer E doubles up to T2, timer F ends it', () => {
    expect(client('other', 'start E E E E E F')).toEqual([
      'start: transmit, arm F 32000, arm E 500 -> trying',
      'E: transmit, arm E 1000 -> trying',
      'E: transmit, arm E 2000 -> trying',
      'E: transmit, arm E 4000 -> trying',
      'E: transmit, arm E 4000 -> trying',
      'E: transmit, arm E 4000 -> trying',
      'F: timedOut -> terminated',
    ]);
  });

  test('after a provisional it is sent again every T2; a final is delivered once', () => {
    expect(client('other', 'start 183 E 200 200 K')).toEqual([
      'start: transmit, arm F 32000, arm E 500 -> trying',
      '183: deliver -> proceeding',
      'E: transmit, arm E 4000 -> proceeding',
      '200: disarm E, disarm F, deliver, arm K 5000 -> completed',
      '200:  -> completed',
      'K:  -> terminated',
    ]);
    expect(client('other', 'start 200', true)[1]).toBe('200: disarm E, disarm F, deliver -> terminated');
    expect(client('other', 'start error')[1]).toBe('error: failed -> terminated');
    expect(client('other', 'start 183 error F').slice(2)).toEqual([
      'error:  -> proceeding',
      'F: timedOut -> terminated',
    ]);
  });
});

describe('INVITE server transaction', () => {
  test('a failure is sent again by timer G until ACK or timer H', () => {
    expect(server('INVITE', 'again 100 again 486 G G G G again H')).toEqual([
      'again: transmit -> proceeding',
      '100: transmit -> proceeding',
      'again: transmit -> proceeding',
      '486: transmit, arm H 32000, arm G 500 -> completed',
      'G: transmit, arm G 1000 -> completed',
      'G: transmit, arm G 2000 -> completed',
      'G: transmit, arm G 4000 -> completed',
      'G: transmit, arm G 4000 -> completed',
      'again: transmit -> completed',
      'H: timedOut -> terminated',
    ]);
    expect(server('INVITE', '486 ack again ack I').slice(1)).toEqual([
      'ack: disarm G, disarm H, arm I 5000 -> confirmed',
      'again:  -> confirmed',
      'ack:  -> confirmed',
      'I:  -> terminated',
    ]);
    expect(server('INVITE', '486 ack', true)).toEqual([
      '486: transmit, arm H 32000 -> completed',
      'ack: disarm G, disarm H -> terminated',
    ]);
  });

  test('after a 2xx only the transaction user sends it again; the INVITE is absorbed', () => {
    expect(server('INVITE', '200 again 200 486 ack L')).toEqual([
      '200: transmit, arm L 32000 -> accepted',
      'again:  -> accepted',
      '200: transmit -> accepted',
      '486: refused -> accepted',
      'ack:  -> accepted',
      'L:  -> terminated',
    ]);
    expect(server('INVITE', '486 200')[1]).toBe('200: refused -> completed');
  });
});

describe('non-INVITE server transaction', () => {
  test('retransmissions get the last response, a second final is refused', () => {
    expect(server('other', 'again 183 again 200 again 500 J again')).toEqual([
      'again:  -> trying',
      '183: transmit -> proceeding',
      'again: transmit -> proceeding',
      '200: transmit, arm J 32000 -> completed',
      'again: transmit -> completed',
      '500: refused -> completed',
      'J:  -> terminated',
      'again:  -> terminated',
    ]);
    expect(server('other', '200', true)).toEqual(['200: transmit -> terminated']);
    expect(server('other', 'ack error')).toEqual(['ack:  -> trying', 'error: failed -> trying']);
  });
});
