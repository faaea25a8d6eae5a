import { setTimeout as sleep } from 'node:timers/promises';
import type { Cast } from './cast.js';
import { type Happenings, StoryError } from './happenings.js';
import type { Narrator } from './narrator.js';

/** Where and how the story plays. */
export interface Stage {
  readonly cast: Cast;
  readonly happenings: Happenings;
  readonly narrator: Narrator;
  /** `host:port` of the engine. */
  readonly sip: string;
  /** Audio passes through a media server. */
  readonly anchored: boolean;
  /** How long people talk; milliseconds. */
  readonly talkMs: number;
}

/** Key that transfers to 110 in the demo's dial plan. */
const policeKey = '*2';
/** A caller who hears nothing for longer than this was not moved seamlessly. */
const silenceLimitMs = 200;

/**
 * First call: a citizen calls 12345, whose agent moves them to 110 with one key.
 *
 * @throws StoryError when anything comes out otherwise.
 */
export async function playTransfer(stage: Stage): Promise<void> {
  const { cast, happenings, narrator } = stage;
  narrator.heading({ zh: '第一通：12345 一键转接 110', en: 'first call: from 12345 to 110 with one key' });
  cast.police.manner = { kind: 'answer', afterMs: 1000 };
  await callCity(stage);

  const from = happenings.mark;
  cast.caller.hearing.watch(performance.now());
  await pressKey(stage);
  await happenings.until('110', 'called', from);
  await happenings.until('110', 'answered', from);
  await happenings.until('caller', 'hears 110', from);
  await happenings.until('110', 'hears caller', from);
  await happenings.until('12345', 'transfer 200 final', from);
  await happenings.until('12345', 'released', from);
  await sleep(stage.talkMs);
  tellFigures(stage);
  const wanted = stage.anchored ? ['hears 110'] : ['switched', 'hears 110'];
  expectTold(happenings.of('caller', from), wanted, 'the caller after the key was pressed');
  if (stage.anchored)
    narrator.event(performance.now(), {
      zh: '来电人的话机未收到任何切换信令：换的只是媒体服务器里的对端',
      en: "the caller's phone was told nothing: the move was made in the media server alone",
    });

  const end = happenings.mark;
  await cast.caller.hangUp();
  await happenings.until('110', 'released', end);
}

/**
 * Second call: 110 is busy, and the citizen stays with the agent.
 *
 * @throws StoryError when anything comes out otherwise.
 */
export async function playBusy(stage: Stage): Promise<void> {
  const { cast, happenings, narrator } = stage;
  narrator.heading({
    zh: '第二通：110 忙，来电人回到接线员',
    en: 'second call: 110 is busy, back to the agent',
  });
  cast.police.manner = { kind: 'busy', afterMs: 500 };
  await callCity(stage);

  const from = happenings.mark;
  cast.caller.hearing.watch(performance.now());
  await pressKey(stage);
  await happenings.until('110', 'called', from);
  await happenings.until('12345', 'transfer 486 final', from);
  await sleep(stage.talkMs);
  tellFigures(stage);
  expectTold(happenings.of('caller', from), [], 'the caller while the transfer failed');
  if (cast.caller.hearing.heard?.name !== '12345')
    throw new StoryError('the caller does not hear the agent any more');
  if (cast.city.hearing.heard?.name !== 'caller')
    throw new StoryError('the agent does not hear the caller any more');

  const end = happenings.mark;
  await cast.city.hangUp();
  await happenings.until('caller', 'released', end);
}

/** The caller calls 12345 and they hear each other for a while. */
async function callCity({ cast, happenings, narrator, sip, talkMs }: Stage): Promise<void> {
  const from = happenings.mark;
  cast.city.manner = { kind: 'answer', afterMs: 600 };
  narrator.event(performance.now(), { zh: '来电人 拨打 12345', en: 'caller: dials 12345' });
  const status = await cast.caller.call('12345', sip);
  if (status !== 200) throw new StoryError(`the call to 12345 was refused with ${status}`);
  await happenings.until('caller', 'hears 12345', from);
  await happenings.until('12345', 'hears caller', from);
  await sleep(talkMs);
}

async function pressKey({ cast, happenings, narrator, sip }: Stage): Promise<void> {
  const from = happenings.mark;
  narrator.event(performance.now(), {
    zh: `12345 接线员 按 ${policeKey} 键`,
    en: `12345 agent: presses ${policeKey}`,
  });
  const status = await cast.city.pressKey(policeKey, sip);
  if (status !== 202) throw new StoryError(`the transfer was refused with ${status}`);
  await happenings.until('12345', 'transfer 100', from);
}

/** Say how seamless it was, and hold it against the promise. */
function tellFigures({ cast, narrator }: Stage): void {
  const { largestGapMs, longestSilenceMs, packets } = cast.caller.hearing.figures();
  const gap = largestGapMs.toFixed(1);
  const silence = longestSilenceMs.toFixed(1);
  narrator.event(performance.now(), {
    zh: `按键之后来电人一侧：收到 ${packets} 个语音包，最大包间隔 ${gap} ms，最长静音 ${silence} ms`,
    en: `at the caller since the key: ${packets} packets, largest gap ${gap} ms, longest silence ${silence} ms`,
  });
  if (longestSilenceMs > silenceLimitMs) {
    throw new StoryError(`the caller heard nobody for ${silence} ms; ${silenceLimitMs} ms is the limit`);
  }
}

function expectTold(seen: readonly string[], wanted: readonly string[], what: string): void {
  if (seen.join() !== wanted.join()) {
    throw new StoryError(`${what}: expected [${wanted.join(', ')}], there was [${seen.join(', ')}]`);
  }
}
