// Many SIP clients over WebSocket: on `open` each connects and registers, on `close` all leave.
import { WebSocket } from 'ws';

const { WS_PORT, CLIENTS } = process.env;
const sockets = [];
/** Handshakes at the same time. */
const AT_ONCE = 100;

function register(number) {
  const name = `agent${number}`;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${WS_PORT}`, 'sip', { perMessageDeflate: false });
    sockets.push(socket);
    socket.once('error', reject);
    socket.on('message', (data) => {
      if (String(data).startsWith('SIP/2.0 200')) resolve();
      else if (!String(data).startsWith('SIP/2.0 1')) reject(new Error(String(data).split('\r\n')[0]));
    });
    socket.on('open', () => {
      const lines = [
        'REGISTER sip:example.org SIP/2.0',
        `Via: SIP/2.0/WS ${name}.invalid;branch=z9hG4bK-${name}`,
        'Max-Forwards: 70',
        `From: <sip:${name}@example.org>;tag=${name}`,
        `To: <sip:${name}@example.org>`,
        `Call-ID: ${name}@${name}.invalid`,
        'CSeq: 1 REGISTER',
        `Contact: <sip:${name}@${name}.invalid;transport=ws>;reg-id=1;+sip.instance="<urn:uuid:00000000-0000-4000-8000-${String(number).padStart(12, '0')}>"`,
        'Expires: 3600',
        'Supported: path, outbound',
        'User-Agent: Web phone 1.0',
        'Content-Length: 0',
      ];
      socket.send(`${lines.join('\r\n')}\r\n\r\n`);
    });
  });
}

async function openAll() {
  let next = 0;
  const worker = async () => {
    while (next < Number(CLIENTS)) await register(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

process.on('message', (order) => {
  if (order === 'open') {
    openAll().then(
      () => process.send({ registered: sockets.length }),
      (error) => process.send({ error: error.message }),
    );
  }
  if (order === 'close') {
    const left = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const socket of sockets) socket.close();
    Promise.all(left).then(() => process.send({ left: left.length }));
  }
});
process.send({ ready: true });
