import type { OpenDatagrams } from '../../../src/sip/transport/datagram-port.js';
import { openUdpSocket } from '../../../src/sip/transport/udp-socket.js';

export interface Block {
  readonly at: number;
  readonly seconds: number;
}

/** What went on between the server and one address. */
export interface SourceFigures {
  /** Datagrams that the socket got, whatever became of them. */
  received: number;
  /** Datagrams that went there. */
  answered: number;
  readonly blocks: Block[];
}

/** Counts datagrams by address beneath the server, and the blocks that the server's log tells of. */
export class SourceBook {
  private readonly sources = new Map<string, SourceFigures>();

  of(host: string): SourceFigures {
    let figures = this.sources.get(host);
    if (figures === undefined) {
      figures = { received: 0, answered: 0, blocks: [] };
      this.sources.set(host, figures);
    }
    return figures;
  }

  readonly open: OpenDatagrams = async (address, settings, events) => {
    const port = await openUdpSocket(address, settings, {
      ...events,
      received: (bytes, host, remotePort) => {
        this.of(host).received += 1;
        events.received(bytes, host, remotePort);
      },
    });
    return {
      get port() {
        return port.port;
      },
      send: (bytes, host, remotePort, watched) => {
        this.of(host).answered += 1;
        port.send(bytes, host, remotePort, watched);
      },
      close: () => port.close(),
    };
  };

  /** For the server's log. */
  note(fields: object, text: string): void {
    if (text !== 'source blocked' || !('source' in fields) || !('seconds' in fields)) return;
    this.of(String(fields.source)).blocks.push({ at: Date.now(), seconds: Number(fields.seconds) });
  }
}
