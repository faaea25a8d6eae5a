/** The desk as the page's parts see it: what the server says, what the phone says, and what an agent can do. */
import { computed, reactive, readonly, ref, shallowRef, watch } from 'vue';
import type { DeskKey, DeskState, DeskTransferMode } from '../../api/desk/desk-state.js';
import { AnswerCheck } from './phone/answer-check.js';
import type { PhoneCall, PhoneState } from './phone/phone-call.js';
import { startRinging, stopRinging } from './phone/ringer.js';
import { Softphone } from './phone/softphone.js';
import { DeskError, deskClient, type TransferAction } from './server/desk-client.js';
import { DeskFeed } from './server/desk-feed.js';
import { untilAnswered } from './server/until-answered.js';

export type Stage = 'starting' | 'logged-out' | 'expired' | 'in';
/** Whose phone the agent talks through. */
export type PhoneKind = 'browser' | 'own';
/** What the agent wanted when something went wrong. */
export type Doing =
  | 'log-in'
  | 'phone'
  | 'transfer'
  | 'steering'
  | 'hang-up'
  | 'state'
  | 'note'
  | 'call-back'
  | 'noting-back';

/** Something that went wrong; `code` is a refusal of the server or a trouble of the phone. */
export interface Trouble {
  readonly doing: Doing;
  readonly code: string;
}

/** How soon the server shows what it was asked for; milliseconds. */
const shownMs = 400;
const phoneKindKey = 'onekey.phone';

const stage = ref<Stage>('starting');
const state = shallowRef<DeskState | null>(null);
/** How far the page's clock is behind the server's; milliseconds. */
const clockOffset = ref(0);
const connected = ref(false);
const phoneKind = ref<PhoneKind>(localStorage.getItem(phoneKindKey) === 'own' ? 'own' : 'browser');
const phoneState = ref<PhoneState>('connecting');
const phoneCall = shallowRef<PhoneCall | null>(null);
const trouble = shallowRef<Trouble | null>(null);
/** A transfer was asked for just now: what is pressed meanwhile is pressed twice by mistake. */
const asking = ref(false);
/** It could not be sent so far. */
const sending = ref(false);
const mode = ref<DeskTransferMode>('blind');
/** What goes along with the next transfer. */
const wish = reactive({ matter: '', note: '' });

const call = computed(() => state.value?.call ?? null);
/** The agent talks, or is about to: nothing may end that by mistake. */
const engaged = computed(() => call.value !== null || phoneCall.value !== null);

/** The call back that this page has asked for and whose ringing it answers by itself: pressing once is enough. */
let awaited: string | null = null;
let feed: DeskFeed | null = null;
let phone: Softphone | null = null;

const answerCheck = new AnswerCheck(() => {
  phone?.hangUp();
  trouble.value = { doing: 'phone', code: 'answer-lost' };
});
watch([phoneCall, phoneState, connected, call], () =>
  answerCheck.see(
    phoneCall.value,
    phoneState.value === 'ready' && connected.value,
    call.value === null || call.value.state === 'ringing' ? null : call.value.sipCallId,
  ),
);

/** Runs what an agent asked for; a refusal is shown, never thrown. */
async function attempt(doing: Doing, action: () => Promise<unknown>): Promise<boolean> {
  trouble.value = null;
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    trouble.value = { doing, code: error.code };
    return false;
  }
}

function openFeed(): void {
  feed?.close();
  feed = new DeskFeed({
    onState: (next) => {
      clockOffset.value = next.now - Date.now();
      state.value = next;
      stage.value = 'in';
      answerAwaited();
    },
    onConnection: (up) => {
      connected.value = up;
      if (up) phone?.wake();
    },
    onExpired: () => void leave('expired'),
  });
  feed.open();
}

async function startPhone(): Promise<void> {
  if (phoneKind.value !== 'browser' || phone !== null) return;
  if (!window.isSecureContext) {
    phoneState.value = 'failed';
    trouble.value = { doing: 'phone', code: 'insecure-page' };
    return;
  }
  const there = await attempt('phone', async () => {
    const account = await untilAnswered(deskClient.phone, () => undefined);
    phone = new Softphone(account, account.user, {
      onState: (next) => {
        phoneState.value = next;
      },
      onCall: (next) => {
        phoneCall.value = next;
        answerAwaited();
        if (next?.state === 'ringing') startRinging();
        else stopRinging();
      },
      onTrouble: (code) => {
        trouble.value = { doing: 'phone', code };
      },
    });
    await phone.start();
  });
  if (!there) phoneState.value = 'failed';
}

function answerAwaited(): void {
  const call = state.value?.call;
  const ringing = phoneCall.value;
  if (awaited === null || call?.id !== awaited) return;
  if (ringing?.state !== 'ringing' || ringing.sipCallId !== call.sipCallId) return;
  awaited = null;
  void phone?.answer();
}

async function stopPhone(): Promise<void> {
  const leaving = phone;
  phone = null;
  phoneCall.value = null;
  stopRinging();
  await leaving?.stop();
}

async function leave(to: 'logged-out' | 'expired'): Promise<void> {
  feed?.close();
  feed = null;
  state.value = null;
  stage.value = to;
  await stopPhone();
}

/** A session that is there already is gone on with. */
async function begin(): Promise<void> {
  const there = await fetch('/v1/desk/session', { credentials: 'same-origin' }).catch(() => null);
  if (there?.status === 401) {
    stage.value = 'logged-out';
    return;
  }
  openFeed();
  await startPhone();
}

/** With the page's phone the call is ended there; with another, or while that phone is cut off, by the server. */
async function hangUp(): Promise<void> {
  const here = phoneCall.value !== null;
  if (!engaged.value) return;
  if (here && phoneState.value === 'ready') return phone?.hangUp();
  await attempt('hang-up', () =>
    deskClient.hangUp().catch((error: unknown) => {
      if (!(here && error instanceof DeskError && error.code === 'unknown-call')) throw error;
    }),
  );
  if (trouble.value === null) phone?.hangUp();
}

/** One key: moves the caller to this hotline in the mode that is chosen. */
async function transfer(to: string, how: DeskTransferMode = mode.value): Promise<boolean> {
  if (asking.value) return false;
  asking.value = true;
  const wanted = {
    to,
    mode: how,
    matter: wish.matter || undefined,
    note: wish.note || undefined,
    callId: call.value?.id,
    requestId: crypto.getRandomValues(new Uint32Array(4)).join('-'),
  };
  const done = await attempt('transfer', () =>
    untilAnswered(
      () => deskClient.transfer(wanted),
      () => {
        sending.value = true;
      },
    ),
  );
  sending.value = false;
  // Until the server shows the transfer, which is in a moment.
  setTimeout(
    () => {
      asking.value = false;
    },
    done ? shownMs : 0,
  );
  if (!done) return false;
  Object.assign(wish, { matter: '', note: '' });
  // What is pressed next shall do what it does most of the time.
  mode.value = 'blind';
  return true;
}

export const desk = {
  stage: readonly(stage),
  state: readonly(state),
  connected: readonly(connected),
  phoneKind: readonly(phoneKind),
  phoneState: readonly(phoneState),
  phoneCall: readonly(phoneCall),
  asking: readonly(asking),
  sending: readonly(sending),
  trouble,
  mode,
  wish,
  call,
  engaged,
  keys: computed<readonly DeskKey[]>(() => state.value?.keys ?? []),
  /** The server's time now; UTC milliseconds. */
  now: (): number => Date.now() + clockOffset.value,
  begin,

  async logIn(agent: string, password: string): Promise<boolean> {
    const done = await attempt('log-in', () => deskClient.logIn(agent, password));
    if (!done) return false;
    openFeed();
    await startPhone();
    return true;
  },

  async logOut(): Promise<void> {
    if (engaged.value) return;
    await stopPhone();
    await attempt('log-in', () => deskClient.logOut());
    await leave('logged-out');
  },

  async choosePhone(kind: PhoneKind): Promise<void> {
    if (engaged.value) return;
    phoneKind.value = kind;
    localStorage.setItem(phoneKindKey, kind);
    if (kind === 'own') await stopPhone();
    else await startPhone();
  },

  answer: () => phone?.answer(),
  hangUp,
  hold: (on: boolean) => phone?.hold(on),
  mute: (on: boolean) => phone?.mute(on),
  press: (key: string) => phone?.press(key),

  transfer,
  control: (action: TransferAction) => attempt('steering', () => deskClient.control(action)),
  setState: (next: 'ready' | 'pause', reason?: string) =>
    attempt('state', () => deskClient.setState(next, reason)),
  saveNote: (callId: string, note: string) => attempt('note', () => deskClient.saveNote(callId, note)),
  callBack: (id: string) =>
    attempt('call-back', async () => {
      awaited = null;
      awaited = (await deskClient.callBack(id)).callId;
      answerAwaited();
    }),
  calledBack: (id: string) => attempt('noting-back', () => deskClient.calledBack(id)),
};
