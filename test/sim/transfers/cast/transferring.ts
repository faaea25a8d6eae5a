import type { TransferAction } from '../../../../src/engine/operations.js';
import { KEYS, type MemberName, memberAt, NUMBERS } from '../alliance.js';
import { press, refer } from '../phones/services.js';
import type { Session } from '../phones/session.js';
import { type Story, serverUri } from './story.js';

type Way =
  | 'refer'
  | 'refer-quiet'
  | 'refer-twice'
  | 'attended'
  | 'replaces'
  | 'keys'
  | 'keys-consult'
  | 'api'
  | 'api-consult';

type Conduct = 'stay' | 'leave-at-once' | 'leave-soon' | 'take-back' | 'reinvite';

const WAYS: readonly (readonly [number, Way])[] = [
  [36, 'refer'],
  [5, 'refer-quiet'],
  [5, 'refer-twice'],
  [12, 'attended'],
  [8, 'replaces'],
  [9, 'keys'],
  [6, 'keys-consult'],
  [8, 'api'],
  [11, 'api-consult'],
];
const CONDUCTS: readonly (readonly [number, Conduct])[] = [
  [50, 'stay'],
  [15, 'leave-at-once'],
  [15, 'leave-soon'],
  [7, 'take-back'],
  [13, 'reinvite'],
];
const MEMBERS: readonly (readonly [number, MemberName])[] = [
  [16, 'city'],
  [18, 'water'],
  [18, 'youth'],
  [20, 'police'],
  [8, 'health'],
  [3, 'women'],
  [12, 'tax'],
  [5, 'backup'],
];

/** An agent who moves the caller on to another member, in one way or the other. */
export class Transferring {
  private readonly way: Way;
  private readonly to: MemberName;
  private consultation: Session | null = null;
  private left = 2;

  constructor(
    private readonly story: Story,
    private readonly session: Session,
    /** Somebody transferred the caller here before. */
    again: boolean,
  ) {
    const { dice } = story;
    this.way = dice.pick(WAYS);
    const back = again && story.dialled !== null && dice.chance(0.5);
    this.to = back && story.dialled !== null ? story.dialled : dice.pick(MEMBERS);
  }

  begin(): void {
    const { session, story, to } = this;
    if (session.state !== 'up' || session.gone) return;
    story.asked += 1;
    switch (this.way) {
      case 'refer':
        return this.refer(true);
      case 'refer-quiet':
        return this.refer(false);
      case 'refer-twice':
        this.refer(true);
        return story.later(story.dice.between(0, 500), () => this.refer(true));
      case 'attended':
        return this.consult();
      case 'replaces':
        story.takeOver(session, to);
        return;
      case 'keys':
        this.press(this.key());
        return this.behave();
      case 'keys-consult':
        this.press(`*${this.key()}`);
        return this.consultByKeys();
      case 'api':
        this.request('blind');
        return this.behave();
      case 'api-consult':
        this.request('consult');
        return this.control();
    }
  }

  /** What a NOTIFY told. */
  told(status: number, final: boolean): void {
    const { story, session } = this;
    const { dice } = story;
    if (!final || status < 300) {
      if (!final && status >= 180) story.moment(0.02);
      return;
    }
    this.left -= 1;
    if (this.left > 0 && dice.chance(0.3)) story.later(dice.between(0, 3_000), () => this.refer(true));
    else story.later(dice.between(0, 15_000), () => session.hangUp());
  }

  /** The agent's phone is free again: it lets the call go that it made beside this one. */
  over(): void {
    const { consultation, story } = this;
    if (consultation !== null) story.later(story.dice.between(0, 2_000), () => consultation.hangUp());
  }

  private address(): string {
    const { dice } = this.story;
    const own = memberAt(this.session.agent.host);
    if (dice.chance(0.02)) return serverUri('13800000000');
    if (own !== null && dice.chance(0.02)) return serverUri(NUMBERS[own]);
    const key = KEYS[this.to];
    return serverUri(key !== undefined && dice.chance(0.3) ? encodeURIComponent(key) : NUMBERS[this.to]);
  }

  private key(): string {
    const key = KEYS[this.to] ?? '*4';
    return this.story.dice.chance(0.3) ? `${key}#` : key;
  }

  private refer(subscribe: boolean): void {
    const sent = refer(this.session, this.address(), subscribe, (status) => {
      if (status === 202) this.story.moment(0.04);
    });
    if (sent) this.behave();
  }

  /** What the agent does while the target is being called. */
  private behave(): void {
    const { story, session } = this;
    const { dice } = story;
    switch (dice.pick(CONDUCTS)) {
      case 'stay':
        // Whom the transfer did not release hangs up at some time.
        return story.later(dice.between(20_000, 90_000), () => session.hangUp());
      case 'leave-at-once':
        return story.later(dice.between(0, 250), () => session.hangUp());
      case 'leave-soon':
        return story.later(dice.between(250, 9_000), () => session.hangUp());
      case 'take-back':
        return story.later(dice.between(100, 8_000), () => {
          if (dice.chance(0.5)) this.press('*0');
          else this.act('cancel');
        });
      case 'reinvite':
        return story.later(dice.between(0, 6_000), () => {
          const hold = dice.chance(0.5);
          const again = dice.between(200, 4_000);
          if (session.reinvite(hold, dice.chance(0.2)) && hold)
            story.later(again, () => void session.reinvite(false, false));
        });
    }
  }

  private press(keys: string): void {
    if (keys === '*0') this.story.takenBackAt.push(this.story.now);
    press(this.session, keys, this.story.dice.chance(0.7));
  }

  private consultByKeys(): void {
    const { story } = this;
    const { dice } = story;
    let at = dice.between(3_000, 9_000);
    if (dice.chance(0.3)) {
      story.later(at, () => this.press('**#'));
      at += dice.between(1_000, 4_000);
    }
    const end = dice.pick([
      [60, '*#'],
      [25, '*0'],
      [15, ''],
    ]);
    story.later(at, () => (end === '' ? this.session.hangUp() : this.press(end)));
  }

  private request(mode: 'blind' | 'consult'): void {
    const { engine } = this.story.stage;
    const located = engine.locate({ by: 'sipCallId', value: this.session.callId }, 'transfer');
    if (!located.ok) return;
    const { callId, transferorLeg } = located.value;
    const to = this.story.dice.chance(0.5) ? this.to : NUMBERS[this.to];
    void engine.transfer(callId, { to, mode, ...(transferorLeg === null ? {} : { transferorLeg }) });
  }

  private act(action: TransferAction): void {
    const { engine } = this.story.stage;
    const located = engine.locate({ by: 'sipCallId', value: this.session.callId }, 'control');
    if (action === 'cancel') this.story.takenBackAt.push(this.story.now);
    if (located.ok) void engine.controlTransfer(located.value.callId, action);
  }

  private control(): void {
    const { story } = this;
    const { dice } = story;
    let at = dice.between(1_000, 9_000);
    for (
      let toggles = dice.pick([
        [60, 0],
        [25, 1],
        [15, 2],
      ]);
      toggles > 0;
      toggles--
    ) {
      story.later(at, () => this.act('toggle'));
      at += dice.between(0, 3_000);
    }
    const end = dice.pick<TransferAction | 'leave'>([
      [60, 'complete'],
      [22, 'cancel'],
      [18, 'leave'],
    ]);
    story.later(at, () => (end === 'leave' ? this.session.hangUp() : this.act(end)));
    story.later(dice.between(40_000, 90_000), () => this.session.hangUp());
  }

  /** The agent calls the target by itself, through us, and joins the two calls by REFER with Replaces. */
  private consult(): void {
    const { story, session } = this;
    const { dice } = story;
    const { host } = session.agent;
    if (dice.chance(0.6)) session.reinvite(true, false);
    const consultation = story.newSession('consulting', host, {
      up: () => story.later(dice.between(300, 4_000), () => this.join(consultation)),
      over: () => {
        if (session.holding) session.reinvite(false, false);
      },
      notified: (status, final) => this.told(status, final),
    });
    this.consultation = consultation;
    consultation.invite(
      `sip:${story.number('consulting')}@${host}`,
      serverUri(NUMBERS[this.to]),
      dice.chance(0.05),
    );
    // An agent does not wait for ever either.
    story.later(dice.between(40_000, 80_000), () => {
      consultation.hangUp();
      session.hangUp();
    });
  }

  private join(consultation: Session): void {
    const { story, session } = this;
    const { dice } = story;
    const reverse = dice.chance(0.25);
    const [asker, named] = reverse ? [consultation, session] : [session, consultation];
    const replaces = encodeURIComponent(`${named.callId};to-tag=${named.remoteTag};from-tag=${named.tag}`);
    refer(asker, `${serverUri(NUMBERS[this.to])}?Replaces=${replaces}`, dice.chance(0.9), (status) => {
      if (status === 202) story.moment(0.05);
      else story.later(dice.between(0, 3_000), () => consultation.hangUp());
    });
    const leaver = dice.pick<Session | null>([
      [70, null],
      [15, session],
      [15, consultation],
    ]);
    if (leaver !== null) story.later(dice.between(0, 300), () => leaver.hangUp());
  }
}
