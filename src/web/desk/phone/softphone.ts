/** The phone in the page: sip.js over a WebSocket, audio by WebRTC. */
import { type Invitation, Inviter, type Session, SessionState, UserAgent, Web } from 'sip.js';
import type { DeskPhoneAccount } from '../../../api/desk/desk-state.js';
import { isNotNow } from './is-not-now.js';
import { forgetDialog, keepDialog, keptDialog, replacesOf } from './kept-dialog.js';
import type { PhoneCall, PhoneState, PhoneTrouble } from './phone-call.js';
import { Registration } from './registration.js';

export interface PhoneEvents {
  onState(state: PhoneState): void;
  onCall(call: PhoneCall | null): void;
  onTrouble(trouble: PhoneTrouble): void;
}

/** How often a conversation is noted as alive; milliseconds. */
const aliveMs = 5_000;
/** First and longest pause before a conversation is taken up again that could not be at that moment; milliseconds. */
const againMs = { first: 250, longest: 2_000 };

type WebHandler = Web.SessionDescriptionHandler;

export class Softphone {
  readonly #agent: UserAgent;
  readonly #registration: Registration;
  readonly #audio = new Audio();
  #session: Session | null = null;
  #call: PhoneCall | null = null;
  #alive: ReturnType<typeof setInterval> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    account: DeskPhoneAccount,
    displayName: string,
    private readonly events: PhoneEvents,
  ) {
    const uri = UserAgent.makeURI(account.uri);
    if (uri === undefined) throw new Error(`no SIP URI: ${account.uri}`);
    this.#audio.autoplay = true;
    this.#agent = new UserAgent({
      uri,
      displayName,
      authorizationUsername: account.user,
      authorizationPassword: account.password,
      instanceId: instanceId(),
      contactName: account.user,
      transportOptions: { server: account.server, connectionTimeout: 10, keepAliveInterval: 20 },
      logBuiltinEnabled: false,
      // The media server has public candidates only; nothing is gained by asking others for ours.
      sessionDescriptionHandlerFactoryOptions: {
        iceGatheringTimeout: 500,
        peerConnectionConfiguration: { iceServers: [] },
      },
      delegate: {
        onInvite: (invitation) => this.#invited(invitation),
        onConnect: () => void this.#registration.connected(),
        onDisconnect: () => this.#lost(),
      },
    });
    this.#registration = new Registration(this.#agent, {
      onState: (state) => this.events.onState(state),
      onRegistered: () => {
        void this.#resume();
      },
    });
  }

  start(): Promise<void> {
    return this.#registration.begin();
  }

  /** The server is there again, as the page sees it. */
  wake(): void {
    this.#registration.wake();
  }

  /** Ends what is up and leaves. */
  async stop(): Promise<void> {
    clearTimeout(this.#again);
    this.hangUp();
    await this.#registration.end();
  }

  async answer(): Promise<void> {
    const session = this.#session;
    if (!isInvitation(session) || this.#call?.state !== 'ringing') return;
    this.#update({ state: 'answering' });
    try {
      await session.accept({
        sessionDescriptionHandlerOptions: { constraints: { audio: true, video: false } },
      });
    } catch (error) {
      // The connection broke meanwhile, or the caller hung up: that has been told.
      if (this.#session !== session) return;
      console.error('the call could not be answered', error);
      this.events.onTrouble(isPermission(error) ? 'no-microphone' : 'call-failed');
      await session.reject({ statusCode: 480 }).catch(() => undefined);
    }
  }

  hangUp(): void {
    const session = this.#session;
    if (session === null) return;
    const done =
      session.state === SessionState.Established
        ? session.bye()
        : isInvitation(session)
          ? session.reject({ statusCode: 486 })
          : session instanceof Inviter
            ? session.cancel()
            : Promise.resolve();
    done.catch(() => undefined);
  }

  /** Puts the call on hold or takes it back, by an offer with the direction changed (RFC 3264 §8.4). */
  async hold(on: boolean): Promise<void> {
    const session = this.#session;
    if (session?.state !== SessionState.Established || this.#call?.held === on) return;
    if (!this.#registration.isConnected) return this.events.onTrouble('phone-away');
    session.sessionDescriptionHandlerOptionsReInvite = { hold: on } as Web.SessionDescriptionHandlerOptions;
    try {
      await session.invite({
        requestDelegate: {
          onAccept: () => this.#update({ held: on }),
          onReject: () => this.events.onTrouble('call-failed'),
        },
      });
    } catch {
      this.events.onTrouble('call-failed');
    }
  }

  mute(on: boolean): void {
    for (const sender of this.#peer()?.getSenders() ?? [])
      if (sender.track !== null) sender.track.enabled = !on;
    this.#update({ muted: on });
  }

  /** Sends one key as an RFC 4733 event. */
  press(key: string): void {
    this.#handler()?.sendDtmf(key, { duration: 160, interToneGap: 70 });
  }

  /** The WebSocket is gone; a conversation goes on meanwhile, for its audio goes another way. */
  #lost(): void {
    const session = this.#session;
    // What was not answered was offered on that connection, and cannot be answered on another (RFC 3261 §18.2.2).
    if (session?.state === SessionState.Initial || session?.state === SessionState.Establishing) {
      if (isInvitation(session)) {
        if (session.state === SessionState.Establishing) this.events.onTrouble('answer-lost');
        session.reject({ statusCode: 480 }).catch(() => undefined);
      }
      this.#ended(session);
    }
    this.#registration.lost();
  }

  #invited(invitation: Invitation): void {
    if (this.#session !== null) {
      void invitation.reject({ statusCode: 486 });
      return;
    }
    this.#follow(invitation, invitation.request.callId);
  }

  /** Takes up the conversation that this tab had before it was loaded anew. */
  async #resume(pauseMs = againMs.first): Promise<void> {
    clearTimeout(this.#again);
    if (this.#session !== null) return;
    const dialog = keptDialog(Date.now());
    const target = dialog === null ? undefined : UserAgent.makeURI(dialog.remoteUri);
    if (dialog === null || target === undefined) {
      // It was asked for in vain for too long.
      if (pauseMs > againMs.first) this.events.onTrouble('call-failed');
      return;
    }
    const inviter = new Inviter(this.#agent, target, {
      extraHeaders: ['Require: replaces', `Replaces: ${replacesOf(dialog)}`],
      sessionDescriptionHandlerOptions: { constraints: { audio: true, video: false } },
    });
    const onReject = ({ message }: { readonly message: { readonly statusCode?: number } }): void => {
      if (!isNotNow(message.statusCode ?? 0)) return forgetDialog();
      const next = Math.min(pauseMs * 2, againMs.longest);
      this.#again = setTimeout(() => {
        // Else it is taken up when the phone is registered again.
        if (this.#registration.isConnected) void this.#resume(next);
      }, pauseMs);
    };
    this.#follow(inviter, inviter.request.callId);
    try {
      await inviter.invite({ requestDelegate: { onReject } });
    } catch (error) {
      forgetDialog();
      this.#ended(inviter);
      this.events.onTrouble(isPermission(error) ? 'no-microphone' : 'call-failed');
    }
  }

  #follow(session: Session, sipCallId: string): void {
    this.#session = session;
    this.#call = {
      sipCallId,
      state: isInvitation(session) ? 'ringing' : 'answering',
      held: false,
      muted: false,
    };
    this.events.onCall(this.#call);
    session.stateChange.addListener((state) => {
      if (this.#session !== session) return;
      if (state === SessionState.Established) this.#established(session);
      else if (state === SessionState.Terminated) this.#ended(session);
    });
  }

  #established(session: Session): void {
    const stream = new MediaStream();
    for (const { track } of this.#peer()?.getReceivers() ?? []) stream.addTrack(track);
    this.#audio.srcObject = stream;
    this.#audio.play().catch(() => undefined);
    this.#update({ state: 'up' });
    const note = (): void => {
      const { dialog } = session;
      if (dialog === undefined) return;
      keepDialog({
        callId: dialog.callId,
        localTag: dialog.localTag,
        remoteTag: dialog.remoteTag,
        remoteUri: session.remoteIdentity.uri.toString(),
        seenAt: Date.now(),
      });
    };
    note();
    this.#alive = setInterval(note, aliveMs);
  }

  #ended(session: Session): void {
    if (this.#session !== session) return;
    clearInterval(this.#alive);
    // A conversation that could not be taken up again for want of a connection is tried once more.
    if (this.#call?.state === 'up') forgetDialog();
    this.#audio.srcObject = null;
    this.#session = null;
    this.#call = null;
    this.events.onCall(null);
  }

  #update(change: Partial<PhoneCall>): void {
    if (this.#call === null) return;
    this.#call = { ...this.#call, ...change };
    this.events.onCall(this.#call);
  }

  #handler(): WebHandler | undefined {
    const handler = this.#session?.sessionDescriptionHandler;
    return handler instanceof Web.SessionDescriptionHandler ? handler : undefined;
  }

  #peer(): RTCPeerConnection | undefined {
    return this.#handler()?.peerConnection;
  }
}

function isInvitation(session: Session | null): session is Invitation {
  return session !== null && !(session instanceof Inviter);
}

function isPermission(error: unknown): boolean {
  return error instanceof DOMException && ['NotAllowedError', 'NotFoundError'].includes(error.name);
}

/** Names this browser to the registrar for good (RFC 5626 §4.1), so that a new flow takes the place of the old one. */
function instanceId(): string {
  const key = 'onekey.instance';
  const kept = localStorage.getItem(key);
  if (kept !== null) return kept;
  const made = crypto.randomUUID();
  localStorage.setItem(key, made);
  return made;
}
