/** The desk as the page's parts see it: what the server says, what the phone says, and what an agent can do. */
import { computed, reactive, readonly, ref, shallowRef } from 'vue';
import type { DeskKey, DeskState, DeskTransferMode } from '../../api/desk/desk-state.js';
import { startRinging, stopRinging } from './phone/ringer.js';
import { type PhoneCall, type PhoneState, Softphone } from './phone/softphone.js';
import { DeskError, deskClient, type TransferAction } from './server/desk-client.js';
import { DeskFeed } from './server/desk-feed.js';

export type Stage = 'starting' | 'logged-out' | 'expired' | 'in';
/** Whose phone the agent talks through. */
export type PhoneKind = 'browser' | 'own';

const phoneKindKey = 'onekey.phone';

const stage = ref<Stage>('starting');
const state = shallowRef<DeskState | null>(null);
/** How far the page's clock is behind the server's; milliseconds. */
const clockOffset = ref(0);
const connected = ref(false);
const phoneKind = ref<PhoneKind>(localStorage.getItem(phoneKindKey) === 'own' ? 'own' : 'browser');
const phoneState = ref<PhoneState>('connecting');
const phoneCall = shallowRef<PhoneCall | null>(null);
const trouble = ref<string | null>(null);
const mode = ref<DeskTransferMode>('blind');
/** What goes along with the next transfer. */
const wish = reactive({ matter: '', note: '' });

let feed: DeskFeed | null = null;
let phone: Softphone | null = null;

/** Runs what an agent asked for; a refusal is shown, never thrown. */
async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  trouble.value = null;
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof DeskError)) throw error;
    trouble.value = error.code;
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
    },
    onConnection: (up) => {
      connected.value = up;
    },
    onExpired: () => void leave('expired'),
  });
  feed.open();
}

async function startPhone(): Promise<void> {
  if (phoneKind.value !== 'browser' || phone !== null) return;
  await attempt(async () => {
    const account = await deskClient.phone();
    phone = new Softphone(account, account.user, {
      onState: (next) => {
        phoneState.value = next;
      },
      onCall: (call) => {
        phoneCall.value = call;
        if (call?.state === 'ringing') startRinging();
        else stopRinging();
      },
      onTrouble: (what) => {
        trouble.value = what;
      },
    });
    await phone.start();
  });
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

export const desk = {
  stage: readonly(stage),
  state: readonly(state),
  connected: readonly(connected),
  phoneKind: readonly(phoneKind),
  phoneState: readonly(phoneState),
  phoneCall: readonly(phoneCall),
  trouble,
  mode,
  wish,
  call: computed(() => state.value?.call ?? null),
  keys: computed<readonly DeskKey[]>(() => state.value?.keys ?? []),
  /** The server's time now; UTC milliseconds. */
  now: (): number => Date.now() + clockOffset.value,
  begin,

  async logIn(agent: string, password: string): Promise<boolean> {
    const done = await attempt(() => deskClient.logIn(agent, password));
    if (!done) return false;
    openFeed();
    await startPhone();
    return true;
  },

  async logOut(): Promise<void> {
    await stopPhone();
    await attempt(() => deskClient.logOut());
    await leave('logged-out');
  },

  async choosePhone(kind: PhoneKind): Promise<void> {
    phoneKind.value = kind;
    localStorage.setItem(phoneKindKey, kind);
    if (kind === 'own') await stopPhone();
    else await startPhone();
  },

  answer: () => phone?.answer(),

  /** With the page's phone the call is ended there; with another, by the server. */
  async hangUp(): Promise<void> {
    if (phoneCall.value !== null) phone?.hangUp();
    else await attempt(() => deskClient.hangUp());
  },

  hold: (on: boolean) => phone?.hold(on),
  mute: (on: boolean) => phone?.mute(on),
  press: (key: string) => phone?.press(key),

  /** One key: moves the caller to this hotline in the mode that is chosen. */
  async transfer(to: string, how: DeskTransferMode = mode.value): Promise<boolean> {
    const done = await attempt(() =>
      deskClient.transfer({ to, mode: how, matter: wish.matter || undefined, note: wish.note || undefined }),
    );
    if (done) Object.assign(wish, { matter: '', note: '' });
    return done;
  },

  control: (action: TransferAction) => attempt(() => deskClient.control(action)),
  setState: (next: 'ready' | 'pause', reason?: string) => attempt(() => deskClient.setState(next, reason)),
  saveNote: (callId: string, note: string) => attempt(() => deskClient.saveNote(callId, note)),
  calledBack: (id: string) => attempt(() => deskClient.calledBack(id)),
};
