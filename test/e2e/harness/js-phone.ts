import { readFileSync } from 'node:fs';
import {
  type Invitation,
  Registerer,
  RegistererState,
  type SessionDescriptionHandler,
  SessionState,
  UserAgent,
} from 'sip.js';
import { WebSocket } from 'ws';
import { PLAIN_SDP } from '../../../scripts/bench/plain-sip.js';
import { until } from './wait.js';

export interface JsAccount {
  /** `host:port` of the server's WSS listener. */
  readonly server: string;
  readonly password: string;
  /** Path of the certificate that the server has to show. */
  readonly ca: string;
}

/** SIP.js as browsers run it, but for the media: it registers over WSS, answers calls by itself, and transfers. */
export class JsPhone {
  #call: Invitation | undefined;

  private constructor(
    private readonly agent: UserAgent,
    private readonly registerer: Registerer,
  ) {}

  /** Rejects when the server refuses it, or shows another certificate. */
  static async start(user: string, { server, password, ca }: JsAccount): Promise<JsPhone> {
    trust(readFileSync(ca));
    let phone: JsPhone | undefined;
    const agent = new UserAgent({
      uri: uriOf(`sip:${user}@onekey.test`),
      authorizationUsername: user,
      authorizationPassword: password,
      transportOptions: { server: `wss://${server}`, traceSip: false },
      sessionDescriptionHandlerFactory: () => fixedDescription(),
      logBuiltinEnabled: false,
      delegate: {
        onInvite: (invitation) => {
          if (phone !== undefined) phone.#answer(invitation);
        },
      },
    });
    await agent.start();
    phone = new JsPhone(agent, new Registerer(agent, { expires: 120 }));
    await phone.#register(true);
    return phone;
  }

  /** Press the transfer key: REFER to this URI. Resolves when the server has accepted it. */
  async transfer(to: string): Promise<void> {
    const call = await until('the call to be up', () =>
      this.#call?.state === SessionState.Established ? this.#call : undefined,
    );
    await new Promise<void>((resolve, reject) => {
      const requestDelegate = {
        onAccept: () => resolve(),
        onReject: () => reject(new Error('REFER refused')),
      };
      call.refer(uriOf(to), { requestDelegate }).catch(reject);
    });
  }

  /** Until the other side has hung up. */
  async released(): Promise<void> {
    await until('the call to be over', () =>
      this.#call?.state === SessionState.Terminated ? true : undefined,
    );
  }

  async stop(): Promise<void> {
    await this.#register(false);
    await this.agent.stop();
  }

  #answer(invitation: Invitation): void {
    this.#call = invitation;
    void invitation.accept();
  }

  async #register(on: boolean): Promise<void> {
    await (on ? this.registerer.register() : this.registerer.unregister());
    const wanted = on ? RegistererState.Registered : RegistererState.Unregistered;
    await until(`the phone to be ${wanted}`, () => (this.registerer.state === wanted ? true : undefined));
  }
}

/** SIP.js takes the WebSocket of the browser that it runs in. */
function trust(ca: Buffer): void {
  class Trusting extends WebSocket {
    constructor(address: string, protocols: string) {
      super(address, protocols, { ca });
    }
  }
  Object.assign(globalThis, { WebSocket: Trusting });
}

function uriOf(text: string) {
  const uri = UserAgent.makeURI(text);
  if (uri === undefined) throw new Error(`${text} is no SIP URI`);
  return uri;
}

/** Offers and takes PCMA, and sends nothing. */
function fixedDescription(): SessionDescriptionHandler {
  const contentType = 'application/sdp';
  return {
    close: () => undefined,
    getDescription: async () => ({ body: PLAIN_SDP, contentType }),
    hasDescription: (type) => type === contentType,
    setDescription: async () => undefined,
    sendDtmf: () => false,
  };
}
