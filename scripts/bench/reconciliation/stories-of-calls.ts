/** Stories of the load in which nobody is transferred. */
import {
  answers,
  answersAtOnce,
  answersWhenCancelled,
  connected,
  isSilent,
  refuses,
  rings,
  talk,
} from './desks.js';
import { describe, GOOD_HABITS, type PhoneCall } from './phone-call.js';
import { must } from './scene.js';
import { NUMBERS } from './site.js';
import type { Stories } from './stories.js';

/** Whoever is called refuses with one of these; 487 is left to those who were cancelled. */
const REFUSALS = [403, 404, 480, 486, 488, 500, 503, 600, 603] as const;

const PLACE = '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="pres:citizen@127.0.0.1"/>';

export const STORIES_OF_CALLS: Stories = {
  'caller hangs up': {
    weight: 12,
    async play(scene) {
      scene.desk('city', answers(scene));
      const { caller } = await connected(scene, NUMBERS.city, 'city');
      await talk(scene);
      await caller.bye();
    },
  },
  'desk hangs up': {
    weight: 8,
    async play(scene) {
      scene.desk('police', answersAtOnce(scene));
      const { agent } = await connected(scene, NUMBERS.police, 'police');
      await talk(scene);
      await agent.bye();
    },
  },
  'both hang up at once': {
    weight: 3,
    async play(scene) {
      scene.desk('city', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      await Promise.all([caller.bye(), agent.bye()]);
    },
  },
  'rings with early media': {
    weight: 3,
    async play(scene) {
      scene.desk('city', answers(scene, 183));
      const { caller } = await connected(scene, NUMBERS.city, 'city');
      await talk(scene);
      await caller.bye();
    },
  },
  'over TCP': {
    weight: 4,
    async play(scene) {
      scene.desk('legal', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.legal, 'legal');
      await talk(scene);
      await scene.oneOf([caller, agent]).bye();
    },
  },
  'held and taken up again': {
    weight: 4,
    async play(scene) {
      scene.desk('city', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      const holder = scene.oneOf([caller, agent]);
      const method = scene.oneOf(['INVITE', 'UPDATE'] as const);
      await holder.offer(method, 'sendonly');
      await scene.pause(50, 400);
      await holder.offer(method, 'sendrecv');
      await talk(scene);
      await caller.bye();
    },
  },
  'INVITE without a description': {
    weight: 2,
    async play(scene) {
      scene.desk('city', answers(scene));
      const caller = scene.dial(NUMBERS.city, { body: '' });
      await scene.up('city');
      await must(caller.until(({ up }) => up));
      await talk(scene);
      await caller.bye();
    },
  },
  'busy, the fallback takes it': {
    weight: 4,
    async play(scene) {
      scene.desk('city', refuses(scene, 486));
      scene.desk('duty', answers(scene));
      const { caller } = await connected(scene, NUMBERS.city, 'duty');
      await talk(scene);
      await caller.bye();
    },
  },
  'refused by everybody': {
    weight: 6,
    async play(scene) {
      scene.desk('funeral', refuses(scene, scene.oneOf(REFUSALS)));
      scene.desk('funeral-b', refuses(scene, scene.oneOf(REFUSALS)));
      await scene.dial(NUMBERS.funeral).until(({ over }) => over);
    },
  },
  'PBX wants a password': {
    weight: 3,
    async play(scene) {
      scene.desk('duty', answers(scene));
      const { agent } = await connected(scene, NUMBERS.duty, 'duty');
      await talk(scene);
      await agent.bye();
    },
  },
  'PBX takes no password': {
    weight: 2,
    async play(scene) {
      scene.desk('duty', refuses(scene, 403));
      await scene.dial(NUMBERS.duty).until(({ over }) => over);
    },
  },
  'PBX takes no location': {
    weight: 3,
    async play(scene) {
      scene.desk('city', (call, _time, invite) =>
        invite.text.includes('multipart/') ? call.refuse(415) : answers(scene)(call, 2, invite),
      );
      const mark = 'of-the-load';
      const part = (type: string, id: string, text: string): string =>
        `--${mark}\r\nContent-Type: ${type}\r\n${id}\r\n${text}\r\n`;
      const body = `${part('application/sdp', '', describe(11_000, 1, 'sendrecv'))}${part('application/pidf+xml', 'Content-ID: <place@load>\r\n', PLACE)}--${mark}--\r\n`;
      const caller = scene.dial(NUMBERS.city, {
        body,
        content: `multipart/mixed;boundary=${mark}`,
        headers: ['Geolocation: <cid:place@load>', 'Geolocation-Routing: yes'],
      });
      await must(caller.until(({ up }) => up));
      await talk(scene);
      await caller.bye();
    },
  },
  'rings out': {
    weight: 3,
    async play(scene) {
      scene.desk('funeral', rings(scene));
      scene.desk('funeral-b', scene.between(0, 1) === 1 ? answers(scene) : rings(scene));
      const caller = scene.dial(NUMBERS.funeral);
      await caller.until(({ up, over }) => up || over);
      await talk(scene);
      await caller.bye();
    },
  },
  'caller gives up': {
    weight: 6,
    async play(scene) {
      scene.desk('city', scene.oneOf([rings(scene), answers(scene)]));
      scene.desk('duty', rings(scene));
      const caller = scene.dial(NUMBERS.city);
      await scene.pause(0, 1500);
      await caller.cancel();
    },
  },
  'caller gives up as it is answered': {
    weight: 4,
    async play(scene) {
      scene.desk('city', answersAtOnce(scene));
      const caller = scene.dial(NUMBERS.city);
      await scene.rung('city');
      await scene.pause(0, 70);
      await caller.cancel();
    },
  },
  'two ring together': {
    weight: 4,
    async play(scene) {
      scene.desk('youth', answers(scene));
      scene.desk('youth-b', scene.oneOf([rings(scene), answers(scene), refuses(scene, 486)]));
      const caller = scene.dial(NUMBERS.youth);
      await must(caller.until(({ up }) => up));
      await talk(scene);
      await caller.bye();
    },
  },
  'one answers as the other refuses': {
    weight: 3,
    async play(scene) {
      const at = scene.between(50, 300);
      const after = (ms: number, then: (call: PhoneCall) => void) => async (call: PhoneCall) => {
        call.ring(180);
        await scene.pause(ms, ms);
        then(call);
      };
      scene.desk(
        'youth',
        after(at, (call) => call.answer()),
      );
      scene.desk(
        'youth-b',
        after(at + scene.between(-2, 4), (call) => call.refuse(486)),
      );
      const caller = scene.dial(NUMBERS.youth);
      await must(caller.until(({ up }) => up));
      await talk(scene);
      await caller.bye();
    },
  },
  'answers when cancelled': {
    weight: 3,
    async play(scene) {
      scene.desk('youth', answers(scene));
      scene.desk('youth-b', answersWhenCancelled(scene));
      const caller = scene.dial(NUMBERS.youth);
      await must(caller.until(({ up }) => up));
      await talk(scene);
      await caller.bye();
    },
  },
  'an operator ends it': {
    weight: 2,
    async play(scene) {
      scene.desk('city', answers(scene));
      const { caller } = await connected(scene, NUMBERS.city, 'city');
      await scene.operatorEnds();
      await caller.until(({ over }) => over);
    },
  },
  'number of nobody': {
    weight: 2,
    async play(scene) {
      await scene.dial('99999').until(({ over }) => over);
    },
  },
  'member is closed': {
    weight: 2,
    async play(scene) {
      await scene.dial(NUMBERS.closed).until(({ over }) => over);
    },
  },
  'stranger calls': {
    weight: 2,
    async play(scene) {
      const headers = scene.oneOf([
        [],
        ['Authorization: Digest username="li-na", realm="onekey", nonce="n", uri="sip:110", response="0"'],
      ]);
      await scene.callFrom('stranger', NUMBERS.police, { headers }).until(({ over }) => over);
    },
  },
  'PBX is silent': {
    weight: 1,
    slow: true,
    async play(scene) {
      scene.desk('funeral', isSilent);
      scene.desk('funeral-b', answers(scene));
      const caller = scene.dial(NUMBERS.funeral);
      await must(caller.until(({ up }) => up));
      await caller.bye();
    },
  },
  'BYE is not answered': {
    weight: 1,
    slow: true,
    async play(scene) {
      scene.desk('city', answers(scene));
      const { caller, agent } = await connected(scene, NUMBERS.city, 'city');
      agent.habits = { ...GOOD_HABITS, answersBye: false };
      await caller.bye();
      await scene.pause(600, 3000);
      if (scene.between(0, 1) === 1) await agent.bye();
    },
  },
  'answer is not acknowledged': {
    weight: 1,
    slow: true,
    async play(scene) {
      scene.desk('city', answers(scene));
      const caller = scene.dial(NUMBERS.city);
      caller.habits = { ...GOOD_HABITS, acknowledges: false };
      await caller.until(({ over }) => over, 45_000);
    },
  },
  'answered after 15 s or so': {
    weight: 1,
    slow: true,
    async play(scene) {
      scene.desk('health', async (call) => {
        call.ring(180);
        await scene.pause(13_500, 16_500);
        call.answer();
      });
      const caller = scene.dial(NUMBERS.health);
      await must(caller.until(({ up }) => up, 25_000));
      await caller.bye();
    },
  },
};
