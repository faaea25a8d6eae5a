import { setTimeout as sleep } from 'node:timers/promises';
import type { VoiceStage } from '../../test/e2e/harness/voice-stage.js';

/** A transfer that is measured. */
export interface Story {
  readonly name: string;
  /** While caller and agent talk, before anything is measured. */
  prepare?(stage: VoiceStage): Promise<void>;
  /** What is measured. */
  act(stage: VoiceStage): Promise<void>;
  /**
   * Who the caller hears, in order; `other` are prompts and music. A pattern where several are heard at once, whose
   * first and last packets are more than one may tell from the order.
   */
  readonly callerHears: string | RegExp;
}

const key = (stage: VoiceStage, name: string): string => `sip:${name}@${stage.sip}`;

async function blind(stage: VoiceStage, from: 'agent' | 'target', name: string): Promise<void> {
  const status = await stage.phone(from).refer(key(stage, name));
  if (status !== 202) throw new Error(`the transfer was refused with ${status}`);
  await stage.phone(from).untilTalking(false);
}

async function post(stage: VoiceStage, action: string, body: unknown = {}): Promise<void> {
  const [call] = await stage.world.server.api.liveCalls();
  await stage.post(`/v1/calls/${call?.id}/${action}`, body);
}

async function consult(stage: VoiceStage): Promise<void> {
  await post(stage, 'transfers', { to: '110', mode: 'consult' });
  await stage.live('consulting');
  await sleep(200);
}

async function confer(stage: VoiceStage): Promise<void> {
  await post(stage, 'transfers', { to: '110', mode: 'conference' });
  await stage.live('conferring');
  await stage.phone('target').untilTalking();
  await sleep(300);
}

/** As a mixer takes parties in and lets them go one after the other. */
const between = '( other| agent| target| agent\\+target)*';

export const stories: readonly Story[] = [
  { name: 'blind', act: (stage) => blind(stage, 'agent', '*2'), callerHears: 'agent target' },
  {
    name: 'blind, agent hangs up at once',
    act: async (stage) => {
      stage.phone('target').manner = { answer: 'yes', afterMs: 600 };
      await stage.phone('agent').refer(key(stage, '*2'));
      await stage.phone('agent').hangUp();
      await stage.phone('target').untilTalking();
    },
    callerHears: 'agent other target',
  },
  {
    name: 'target busy',
    act: async (stage) => {
      stage.phone('target').manner = { answer: 'busy', afterMs: 50 };
      await stage.phone('agent').refer(key(stage, '*2'));
      await stage.phone('agent').untilReported(486);
    },
    callerHears: 'agent',
  },
  {
    name: 'target unanswered',
    act: async (stage) => {
      stage.phone('target').manner = { answer: 'never', afterMs: 0 };
      await stage.phone('agent').refer(key(stage, '*2'));
      await stage.phone('agent').untilReported(480);
    },
    callerHears: 'agent',
  },
  {
    name: 'take-back',
    act: async (stage) => {
      stage.phone('target').manner = { answer: 'never', afterMs: 0 };
      await stage.phone('agent').refer(key(stage, '*2'));
      await sleep(100);
      await post(stage, 'transfer/cancel');
      await stage.phone('agent').untilReported(487);
    },
    callerHears: 'agent',
  },
  {
    name: 'consult, complete',
    act: async (stage) => {
      await consult(stage);
      await post(stage, 'transfer/complete');
      await stage.phone('agent').untilTalking(false);
    },
    callerHears: 'agent other target',
  },
  {
    name: 'consult, cancel',
    act: async (stage) => {
      await consult(stage);
      await post(stage, 'transfer/cancel');
      await stage.phone('target').untilTalking(false);
    },
    callerHears: 'agent other agent',
  },
  {
    name: 'conference',
    act: confer,
    callerHears: new RegExp(`^agent${between} agent\\+target$`),
  },
  {
    name: 'conference, agent leaves',
    prepare: confer,
    act: async (stage) => {
      await stage.phone('agent').hangUp();
      await stage.live('talking');
    },
    callerHears: new RegExp(`^agent\\+target${between} target$`),
  },
  {
    name: 'conference, target leaves',
    prepare: confer,
    act: async (stage) => {
      await stage.phone('target').hangUp();
      await stage.live('talking');
    },
    callerHears: new RegExp(`^agent\\+target${between} agent$`),
  },
  {
    name: 'attended',
    prepare: async (stage) => {
      const status = await stage.phone('desk').call('110', stage.sip, { as: '8002' });
      if (status !== 200) throw new Error(`the consultation was refused with ${status}`);
    },
    act: async (stage) => {
      const replaces = encodeURIComponent(stage.phone('desk').replaces);
      await stage.phone('agent').refer(`sip:110@${stage.sip}?Replaces=${replaces}`);
      await stage.phone('agent').untilTalking(false);
      await stage.phone('desk').untilTalking(false);
    },
    callerHears: 'agent target',
  },
  {
    name: 'hold, resume',
    act: async (stage) => {
      await stage.phone('agent').reinvite('sendonly');
      await sleep(300);
      await stage.phone('agent').reinvite('sendrecv');
    },
    callerHears: 'agent other agent',
  },
  {
    name: 'second transfer',
    prepare: (stage) => blind(stage, 'agent', '*2'),
    act: (stage) => blind(stage, 'target', '*3'),
    callerHears: 'target third',
  },
];
