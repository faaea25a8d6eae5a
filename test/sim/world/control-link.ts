import { Socket } from 'node:net';
import type { ControlListen } from '../../../src/sip/control/control-server.js';

/** One end of a connection in memory. It is a `net.Socket`, because drachtio-srf asks. */
class LinkEnd extends Socket {
  other: LinkEnd | null = null;

  constructor(private readonly soon: (fn: () => void) => void) {
    super();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.carry(chunk);
    done();
  }

  override _writev(
    chunks: { chunk: Buffer; encoding: BufferEncoding }[],
    done: (error?: Error | null) => void,
  ): void {
    this.carry(Buffer.concat(chunks.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.soon(() => {
      this.other?.push(null);
      this.other?.destroy();
      this.destroy();
    });
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const { other } = this;
    this.other = null;
    this.soon(() => other?.destroy());
    done(error);
  }

  private carry(bytes: Buffer): void {
    this.soon(() => this.other?.push(bytes));
  }
}

/** The control connections of a world: `connect` on the side of drachtio-srf, `listen` on that of the server. */
export class ControlLink {
  private accept: ((socket: Socket) => void) | null = null;

  constructor(
    readonly host: string,
    private readonly soon: (fn: () => void) => void,
  ) {}

  readonly listen: ControlListen = async (accept) => {
    this.accept = accept;
    return { host: this.host, port: 1 };
  };

  readonly connect = (): Socket => {
    const ours = new LinkEnd(this.soon);
    const theirs = new LinkEnd(this.soon);
    ours.other = theirs;
    theirs.other = ours;
    this.soon(() => {
      if (this.accept === null) {
        ours.destroy(new Error('nobody listens'));
        return;
      }
      this.accept(theirs);
      ours.emit('connect');
    });
    return ours;
  };
}
