/** Stories of the load in which an agent transfers the caller, or tries to. */
import { answers, answersAtOnce, connected, refuses, rings, talk } from './desks.js';
import { GOOD_HABITS, type PhoneCall } from './phone-call.js';
import { must, type Scene } from './scene.js';
import { NUMBERS } from './site.js';
import type { Stories } from './stories.js';

const REFUSALS = [404, 480, 486, 500, 503, 603] as const;

function uri(scene: Scene, user: string): string {
  return `sip:${user}@${scene.server}`;
}

/** The agent of 12345 has the caller and presses the transfer key to 110. */
async function referred(scene: Scene): Promise<{ readonly caller: PhoneCall; readonly agent: PhoneCall }> {
  scene.desk('city', answers(scene));
  const parties = await connected(scene, NUMBERS.city, 'city');
  await parties.agent.refer(uri(scene, scene.oneOf([NUMBERS.police, '*2'])));
  return parties;
}

/** The agent of 12345 consults 110 by keys. */
async function consulting(scene: Scene): Promise<{ readonly caller: PhoneCall; readonly agent: PhoneCall }> {
  scene.desk('city', answers(scene));
  scene.desk('police', answers(scene));
  const parties = await connected(scene, NUMBERS.city, 'city');
  await parties.agent.press('**2');
  await scene.up('police');
  await talk(scene);
  return parties;
}

function anyEnd(scene: Scene, caller: PhoneCall, other: PhoneCall): Promise<void> {
  return scene.oneOf([caller, other]).bye();
}

export const STORIES_OF_TRANSFERS: Stories = {
  'REFER, the target answers': {
    weight: 12,
    async play(scene) {
      scene.desk('police', scene.oneOf([answers(scene), answersAtOnce(scene)]));
      const { caller, agent } = await referred(scene);
      const target = await scene.up('police');
      await agent.until(({ over }) => over);
      await talk(scene);
      await anyEnd(scene, caller, target);
    },
  },
  'REFER, the target is reached over TCP': {
    weight: 2,
    async play(scene) {
      scene.desk('city', answers(scene));
      scene.desk('legal', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      await agent.refer(uri(scene, '*5'));
      const target = await scene.up('legal');
      await agent.until(({ over }) => over);
      await talk(scene);
      await anyEnd(scene, caller, target);
    },
  },
  'REFER, the target refuses': {
    weight: 5,
    async play(scene) {
      scene.desk('police', refuses(scene, scene.oneOf(REFUSALS)));
      const { caller, agent } = await referred(scene);
      await must(agent.until(({ told }) => told !== null));
      await talk(scene);
      await anyEnd(scene, caller, agent);
    },
  },
  'REFER, the target rings out': {
    weight: 2,
    async play(scene) {
      scene.desk('police', rings(scene));
      const { caller, agent } = await referred(scene);
      await must(agent.until(({ told }) => told !== null));
      await talk(scene);
      await anyEnd(scene, caller, agent);
    },
  },
  'REFER to nobody': {
    weight: 2,
    async play(scene) {
      scene.desk('city', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      await agent.refer(uri(scene, scene.oneOf(['999', NUMBERS.city])));
      await talk(scene);
      await anyEnd(scene, caller, agent);
    },
  },
  'REFER, the agent leaves': {
    weight: 4,
    async play(scene) {
      scene.desk('police', answers(scene));
      const { caller, agent } = await referred(scene);
      await agent.bye();
      const target = await scene.up('police');
      await talk(scene);
      await anyEnd(scene, caller, target);
    },
  },
  'REFER, the agent leaves, the target refuses': {
    weight: 3,
    async play(scene) {
      scene.desk('police', refuses(scene, scene.oneOf(REFUSALS)));
      const { caller, agent } = await referred(scene);
      await agent.bye();
      const again = await scene.up('city', 2);
      await talk(scene);
      await anyEnd(scene, caller, again);
    },
  },
  'REFER, the caller hangs up': {
    weight: 5,
    async play(scene) {
      scene.desk('police', scene.oneOf([rings(scene), answers(scene)]));
      const { caller } = await referred(scene);
      await scene.pause(0, 800);
      await caller.bye();
    },
  },
  'REFER, there and back': {
    weight: 2,
    async play(scene) {
      scene.desk('police', answers(scene));
      const { caller, agent } = await referred(scene);
      const target = await scene.up('police');
      await must(agent.until(({ over }) => over));
      await scene.pause(50, 300);
      await target.refer(uri(scene, NUMBERS.city));
      const second = await scene.up('city', 2);
      await target.until(({ over }) => over);
      await talk(scene);
      await anyEnd(scene, caller, second);
    },
  },
  'REFER, both phones ring': {
    weight: 2,
    async play(scene) {
      scene.desk('city', answers(scene));
      scene.desk('youth', answers(scene));
      scene.desk('youth-b', scene.oneOf([answers(scene), refuses(scene, 486), rings(scene)]));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      await agent.refer(uri(scene, '*4'));
      await agent.until(({ over, told }) => over || told !== null);
      await talk(scene);
      await caller.bye();
    },
  },
  'keys, the target answers': {
    weight: 5,
    async play(scene) {
      scene.desk('city', answers(scene));
      scene.desk('police', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      await agent.press('*2');
      const target = await scene.up('police');
      await agent.until(({ over }) => over);
      await talk(scene);
      await anyEnd(scene, caller, target);
    },
  },
  'keys, the target refuses': {
    weight: 2,
    async play(scene) {
      scene.desk('city', answers(scene));
      scene.desk('police', refuses(scene, scene.oneOf(REFUSALS)));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      await agent.press('*2');
      await (await scene.rung('police')).until(({ over }) => over);
      await talk(scene);
      await anyEnd(scene, caller, agent);
    },
  },
  'consulted, then connected': {
    weight: 4,
    async play(scene) {
      const { caller, agent } = await consulting(scene);
      await agent.press('*#');
      await agent.until(({ over }) => over);
      await talk(scene);
      await caller.bye();
    },
  },
  'consulted, the agent hangs up': {
    weight: 3,
    async play(scene) {
      const { caller, agent } = await consulting(scene);
      await agent.bye();
      await talk(scene);
      await caller.bye();
    },
  },
  'consulted, then taken back': {
    weight: 3,
    async play(scene) {
      const { caller, agent } = await consulting(scene);
      await agent.press('*0');
      await talk(scene);
      await anyEnd(scene, caller, agent);
    },
  },
  'consulted, the caller hangs up': {
    weight: 2,
    async play(scene) {
      const { caller } = await consulting(scene);
      await caller.bye();
    },
  },
  'two calls joined by REFER with Replaces': {
    weight: 5,
    async play(scene) {
      scene.desk('city', answers(scene));
      scene.desk('police', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      const second = scene.callFrom('city', NUMBERS.police);
      const target = await scene.up('police');
      await must(second.until(({ up }) => up));
      await talk(scene);
      const user = uri(scene, NUMBERS.police);
      // From either of its calls the agent may name the other.
      if (scene.between(0, 2) > 0) await agent.refer(`${user}?Replaces=${second.named('uri')}`);
      else await second.refer(`${user}?Replaces=${agent.named('uri')}`);
      await agent.until(({ over }) => over);
      await talk(scene);
      await anyEnd(scene, caller, target);
    },
  },
  'REFER with Replaces that names nothing': {
    weight: 2,
    async play(scene) {
      scene.desk('city', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      const nothing = encodeURIComponent('of-nobody@load;to-tag=1;from-tag=2');
      await agent.refer(`${uri(scene, NUMBERS.police)}?Replaces=${nothing}`);
      await talk(scene);
      await anyEnd(scene, caller, agent);
    },
  },
  'a phone takes the call over': {
    weight: 3,
    async play(scene) {
      scene.desk('city', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      const party = scene.oneOf(['city', 'police', 'legal'] as const);
      const from = party === 'legal' ? 'funeral' : party;
      const headers = [`Replaces: ${agent.named('header')}`];
      const taker = scene.callFrom(from, NUMBERS.city, { headers });
      await must(taker.until(({ up }) => up));
      await agent.until(({ over }) => over);
      await talk(scene);
      await anyEnd(scene, caller, taker);
    },
  },
  'INVITE with Replaces that names nothing': {
    weight: 2,
    async play(scene) {
      const headers = ['Replaces: of-nobody@load;to-tag=1;from-tag=2'];
      await scene.callFrom('city', NUMBERS.police, { headers }).until(({ over }) => over);
    },
  },
  'final NOTIFY is not answered': {
    weight: 1,
    slow: true,
    async play(scene) {
      scene.desk('city', answers(scene));
      scene.desk('police', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      agent.habits = { ...GOOD_HABITS, answersLastNotify: false };
      await agent.refer(uri(scene, NUMBERS.police));
      await scene.up('police');
      await agent.until(({ over }) => over, 20_000);
      await talk(scene);
      await caller.bye();
    },
  },
};
