/** The softphone in the page of a browser: sip.js for one call at a time, a tone for a voice. */
import {
  type Invitation,
  Inviter,
  Registerer,
  RegistererState,
  type Session,
  SessionState,
  UserAgent,
  Web,
} from 'sip.js';
import { Ear } from './ear.js';
import type { CallAnswer, PhoneControl, PhoneWishes, RtpFigures } from './phone-control.js';

declare global {
  interface Window {
    phone: PhoneControl;
  }
}

const host = 'onekey.example';
const audioWithinMs = 10_000;
/** The peak of the phones' tones, of full scale. */
const toneGain = 8000 / 32_768;

class PagePhone implements PhoneControl {
  #agent: UserAgent | undefined;
  #registerer: Registerer | undefined;
  #ear: Ear | undefined;
  #wishes: PhoneWishes | undefined;
  #session: Session | undefined;
  #answerAfterMs: number | null = 0;
  #voice: MediaStream | undefined;
  #offered: RTCPeerConnection | undefined;
  #reports: number[] = [];
  #asked: string[] = [];

  async open(wishes: PhoneWishes): Promise<void> {
    this.#wishes = wishes;
    const context = new AudioContext({ sampleRate: 48_000 });
    // With the microphone the browser names its addresses to peers, as it does for a real user.
    await navigator.mediaDevices.getUserMedia({ audio: true });
    const voice = context.createMediaStreamDestination();
    const tone = new OscillatorNode(context, { frequency: wishes.frequency });
    // As loud as the phones' tones: each of three who speak at the same time has to be a clear part of the whole.
    tone.connect(new GainNode(context, { gain: toneGain })).connect(voice);
    tone.start();
    this.#voice = voice.stream;
    this.#ear = new Ear(context, wishes.voices);
    const uri = UserAgent.makeURI(`sip:${wishes.user}@${host}`);
    if (uri === undefined) throw new Error(`${wishes.user} is no user name`);
    const agent = new UserAgent({
      uri,
      authorizationUsername: wishes.user,
      authorizationPassword: wishes.password ?? '',
      transportOptions: { server: wishes.server },
      logLevel: 'warn',
      delegate: { onInvite: (invitation) => this.#called(invitation) },
      sessionDescriptionHandlerFactory: Web.defaultSessionDescriptionHandlerFactory(async () =>
        voice.stream.clone(),
      ),
      sessionDescriptionHandlerFactoryOptions: { peerConnectionConfiguration: { iceServers: [] } },
    });
    this.#agent = agent;
    await agent.start();
    this.#watch(agent);
    if (wishes.password !== null) await this.#register(agent);
  }

  async call(number: string): Promise<CallAnswer> {
    const agent = this.#agent;
    const target = UserAgent.makeURI(`sip:${number}@${host}`);
    if (agent === undefined || target === undefined) throw new Error('the phone is not open');
    const began = performance.now();
    const inviter = new Inviter(agent, target, {
      sessionDescriptionHandlerModifiers: [(description) => Promise.resolve(this.#only(description))],
    });
    this.#begin(inviter);
    const status = await new Promise<number>((resolve, reject) => {
      inviter
        .invite({
          requestDelegate: {
            onAccept: ({ message }) => resolve(message.statusCode ?? 0),
            onReject: ({ message }) => resolve(message.statusCode ?? 0),
          },
        })
        .catch(reject);
    });
    return { status, audioMs: status === 200 ? await this.#untilVoice(began) : null };
  }

  answerAfter(ms: number | null): void {
    this.#answerAfterMs = ms;
  }

  talking(): boolean {
    return this.#session?.state === SessionState.Established;
  }

  async refer(uri: string): Promise<number> {
    const target = UserAgent.makeURI(uri);
    if (target === undefined) throw new Error(`${uri} is no URI`);
    this.#reports = [];
    return new Promise((resolve, reject) => {
      this.#inCall()
        .refer(target, {
          onNotify: (notification) => {
            void notification.accept();
            const status = /^SIP\/2\.0 (\d{3})/.exec(notification.request.body)?.[1];
            if (status !== undefined) this.#reports.push(Number(status));
          },
          requestDelegate: {
            onAccept: ({ message }) => resolve(message.statusCode ?? 0),
            onReject: ({ message }) => resolve(message.statusCode ?? 0),
          },
        })
        .catch(reject);
    });
  }

  reports(): readonly number[] {
    return this.#reports;
  }

  async hold(held: boolean): Promise<void> {
    const session = this.#inCall();
    const options: Web.SessionDescriptionHandlerOptions = { hold: held };
    await new Promise<void>((resolve, reject) => {
      session
        .invite({
          sessionDescriptionHandlerOptions: options,
          requestDelegate: {
            onAccept: () => resolve(),
            onReject: ({ message }) => reject(new Error(`refused with ${message.statusCode}`)),
          },
        })
        .catch(reject);
    });
  }

  async press(key: string): Promise<void> {
    const sender = this.#connection().getSenders()[0];
    if (sender?.dtmf?.canInsertDTMF !== true) throw new Error('the browser sends no keys in this call');
    sender.dtmf.insertDTMF(key, 120, 100);
    await new Promise((resolve) => setTimeout(resolve, key.length * 220));
  }

  async hangUp(): Promise<void> {
    const session = this.#session;
    if (session?.state === SessionState.Established) await session.bye();
    else if (session instanceof Inviter) await session.cancel();
  }

  heard(): ReturnType<PhoneControl['heard']> {
    return this.#ear?.take() ?? [];
  }

  async answerOffer(sdp: string): Promise<string> {
    const connection = this.#offered ?? new RTCPeerConnection();
    if (this.#offered === undefined) {
      this.#offered = connection;
      for (const track of this.#voice?.clone().getAudioTracks() ?? []) connection.addTrack(track);
      connection.ontrack = ({ track }) => this.#ear?.attach(new MediaStream([track]));
    }
    await connection.setRemoteDescription({ type: 'offer', sdp });
    await connection.setLocalDescription();
    while (connection.iceGatheringState !== 'complete')
      await new Promise((resolve) => setTimeout(resolve, 5));
    return connection.localDescription?.sdp ?? '';
  }

  endOffered(): void {
    this.#offered?.close();
    this.#offered = undefined;
  }

  asked(): readonly string[] {
    return this.#asked;
  }

  async figures(): Promise<RtpFigures> {
    const connection = this.#connection();
    const stats = new Map<string, Record<string, unknown>>();
    for (const [id, entry] of await connection.getStats()) stats.set(id, entry as Record<string, unknown>);
    const all = [...stats.values()];
    const inbound = all.filter(({ type }) => type === 'inbound-rtp');
    const outbound = all.filter(({ type }) => type === 'outbound-rtp');
    const transport = all.find(({ type }) => type === 'transport');
    const sum = (of: typeof all, key: string): number =>
      of.reduce((total, entry) => total + Number(entry[key] ?? 0), 0);
    return {
      codec: String(stats.get(String(outbound[0]?.codecId))?.mimeType ?? ''),
      // The entries of streams are of the newest alone.
      received: Number(transport?.packetsReceived ?? 0),
      lost: sum(inbound, 'packetsLost'),
      sent: sum(outbound, 'packetsSent'),
      iceState: connection.iceConnectionState,
      dtlsState: String(transport?.dtlsState ?? ''),
    };
  }

  async close(): Promise<void> {
    await this.hangUp();
    await this.#registerer?.unregister();
    await this.#agent?.stop();
  }

  async #register(agent: UserAgent): Promise<void> {
    const registerer = new Registerer(agent);
    this.#registerer = registerer;
    const registered = new Promise<void>((resolve) => {
      registerer.stateChange.addListener((state) => {
        if (state === RegistererState.Registered) resolve();
      });
    });
    await registerer.register();
    await registered;
  }

  /** Every request of the server is noted. */
  #watch(agent: UserAgent): void {
    const take = agent.transport.onMessage;
    agent.transport.onMessage = (message) => {
      const method = /^([A-Z]+) sips?:/.exec(message)?.[1];
      if (method !== undefined) this.#asked.push(method);
      take?.(message);
    };
  }

  #called(invitation: Invitation): void {
    const afterMs = this.#answerAfterMs;
    if (this.#session !== undefined) {
      void invitation.reject({ statusCode: 486 });
      return;
    }
    this.#begin(invitation);
    void invitation.progress();
    if (afterMs === null) return;
    setTimeout(() => {
      if (invitation.state === SessionState.Initial) void invitation.accept().catch(() => undefined);
    }, afterMs);
  }

  #begin(session: Session): void {
    this.#session = session;
    this.#asked = [];
    session.delegate = {
      onSessionDescriptionHandler: (handler) => {
        if (!(handler instanceof Web.SessionDescriptionHandler)) return;
        handler.peerConnectionDelegate = {
          ontrack: (event) => {
            if (event instanceof RTCTrackEvent) this.#ear?.attach(new MediaStream([event.track]));
          },
        };
      },
    };
    session.stateChange.addListener((state) => {
      if (state === SessionState.Terminated && this.#session === session) this.#session = undefined;
    });
  }

  #inCall(): Session {
    if (this.#session === undefined) throw new Error('the phone is in no call');
    return this.#session;
  }

  #connection(): RTCPeerConnection {
    if (this.#offered !== undefined) return this.#offered;
    const handler = this.#inCall().sessionDescriptionHandler;
    const connection = handler instanceof Web.SessionDescriptionHandler ? handler.peerConnection : undefined;
    if (connection === undefined) throw new Error('the call has no media');
    return connection;
  }

  /** The description with only the codec that was wished for, and keys. */
  #only(description: RTCSessionDescriptionInit): RTCSessionDescriptionInit {
    const codec = this.#wishes?.codec ?? null;
    const { sdp = '', type } = description;
    if (codec === null) return description;
    const kept = [...sdp.matchAll(/^a=rtpmap:(\d+) ([^/]+)\//gm)]
      .filter(([, , name = '']) => name.toLowerCase() === codec.toLowerCase() || name === 'telephone-event')
      .map(([, format]) => format);
    const lines = sdp.split('\r\n').flatMap((line) => {
      const format = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /.exec(line)?.[1];
      if (format !== undefined && !kept.includes(format)) return [];
      return [line.replace(/^(m=audio \d+ \S+) .*$/, `$1 ${kept.join(' ')}`)];
    });
    return { type, sdp: lines.join('\r\n') };
  }

  async #untilVoice(began: number): Promise<number | null> {
    while (performance.now() < began + audioWithinMs) {
      if (this.#ear?.hearsVoice === true) return performance.now() - began;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return null;
  }
}

window.phone = new PagePhone();
