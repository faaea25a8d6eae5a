import { createSocket, type Socket } from 'node:dgram';

/** Lends a source address to a tool that cannot choose one. */
export class Mask {
  private constructor(
    private readonly front: Socket,
    private readonly back: Socket,
    /** Where the tool sends to, on 127.0.0.1. */
    readonly port: number,
  ) {}

  /** What comes to the mask goes on to `server` from `source`, and back. */
  static async put(source: string, server: { readonly host: string; readonly port: number }): Promise<Mask> {
    const front = createSocket('udp4');
    const back = createSocket('udp4');
    await Promise.all([bind(front, '127.0.0.1'), bind(back, source)]);
    let tool: { address: string; port: number } | null = null;
    front.on('message', (bytes, from) => {
      tool = from;
      back.send(bytes, server.port, server.host);
    });
    back.on('message', (bytes) => {
      if (tool !== null) front.send(bytes, tool.port, tool.address);
    });
    return new Mask(front, back, front.address().port);
  }

  close(): void {
    this.front.close();
    this.back.close();
  }
}

function bind(socket: Socket, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, host, resolve);
  });
}
