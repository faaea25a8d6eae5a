import { setTimeout as sleep } from 'node:timers/promises';
import { keyTonesIn } from './key-tones.js';
import type { Switchboard } from './switchboard.js';

/** What came of a code that an agent pressed among its RTP packets. */
export interface KeyRun {
  /** The transfer that the code stands for was asked for. */
  readonly recognised: boolean;
  /** From the moment at which the last key was let go to the INVITE to the target; milliseconds. */
  readonly recognisedMs: number;
  /** Event packets (RFC 4733) that the caller got. */
  readonly eventsAtCaller: number;
  /** Blocks of the caller's audio with the tone of a key in it. */
  readonly tonesAtCaller: number;
  /** Audio packets of the agent that the caller got meanwhile: the two are still joined. */
  readonly packetsAtCaller: number;
}

const star = 10;

/** A call of its own, in which the agent presses `*2`, a code that can become no longer one. */
export async function runCode(board: Switchboard): Promise<KeyRun> {
  const { caller, agent, legs, end } = await board.talk();
  const events = caller.events.length;
  const packets = caller.heard.length;
  await agent.press(star);
  await agent.press(2);
  const { keyEndedAt } = agent;
  const recognised = await board.sent(legs[2], 'invite').then(
    () => true,
    () => false,
  );
  const ringing = board.events.find((event) => event.type === 'leg-started' && event.legId === legs[2]);
  await sleep(100);
  const heard = caller.heard.slice(packets);
  const run = {
    recognised,
    recognisedMs: ringing === undefined ? Number.POSITIVE_INFINITY : ringing.heardAt - keyEndedAt,
    eventsAtCaller: caller.events.length - events,
    tonesAtCaller: keyTonesIn(heard),
    packetsAtCaller: heard.length,
  };
  await end();
  return run;
}
