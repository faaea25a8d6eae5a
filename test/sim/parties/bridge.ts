import {
  createSrf,
  type SrfClient,
  type SrfRequest,
  type SrfResponse,
} from '../../../src/engine/drachtio.js';
import { dialogIdOf } from '../../../src/engine/srf-messages.js';

export interface Control {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

const SDP_TYPE = { 'Content-Type': 'application/sdp' };

/** A back-to-back user agent on drachtio-srf: whoever is called at `target` is called with the same user part. */
export class Bridge {
  private readonly srf: SrfClient = createSrf();
  /** The other leg's dialog, by the server's name of each. */
  private readonly peers = new Map<string, string>();

  constructor(private readonly target: string) {
    this.srf.use('invite', (req, res) => this.onInvite(req, res));
    this.srf.use('bye', (req, res) => this.onBye(req, res));
    this.srf.use('ack', () => undefined);
  }

  /** Legs that are not over. */
  get legs(): number {
    return this.peers.size;
  }

  connect(control: Control): Promise<void> {
    return new Promise((resolve, reject) => {
      this.srf.on('error', reject);
      this.srf.on('connect', (error) => (error ? reject(error) : resolve()));
      this.srf.connect(control);
    });
  }

  close(): void {
    this.srf.disconnect();
  }

  private onInvite(req: SrfRequest, res: SrfResponse): void {
    const caller = dialogIdOf(req);
    const user = req.uri.slice(req.uri.indexOf(':') + 1, req.uri.indexOf('@'));
    const options = { method: 'INVITE', headers: SDP_TYPE, body: req.body };
    this.srf.request(`sip:${user}@${this.target}`, options, (error, out) => {
      if (error || out === undefined) {
        res.send(503, undefined, {});
        return;
      }
      const called = dialogIdOf(out);
      req.on('cancel', () => out.cancel({}, () => undefined));
      out.on('response', (response, ack) => {
        if (response.status === 100) return;
        if (response.status < 200 || response.status >= 300) {
          res.send(response.status, undefined, {});
          return;
        }
        ack();
        this.peers.set(caller, called).set(called, caller);
        res.send(200, undefined, { headers: SDP_TYPE, body: response.body }, (late) => {
          if (late) this.end(called);
        });
      });
    });
  }

  /** A party hung up, or the server ended its dialog: the other one is hung up. */
  private onBye(req: SrfRequest, res: SrfResponse): void {
    if (req.source === 'network') res.send(200, undefined, {});
    const other = this.peers.get(req.stackDialogId);
    if (other !== undefined) this.end(other);
  }

  private end(dialog: string): void {
    this.peers.delete(this.peers.get(dialog) ?? '');
    this.peers.delete(dialog);
    this.srf.request('sip:placeholder', { method: 'BYE', stackDialogId: dialog }, () => undefined);
  }
}
