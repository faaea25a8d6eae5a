import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JanusServer } from './janus-client.js';

export interface JanusSettings {
  /** A folder of our own for its configuration; made when it is not there. */
  readonly folder: string;
  /** Address of this machine that participants send to. */
  readonly address: string;
  /** First and last UDP port for participants; each takes one. */
  readonly portMin: number;
  readonly portMax: number;
}

/** Plugins and transports of the Debian package that are nothing to us. */
const otherPlugins = [
  'duktape',
  'echotest',
  'lua',
  'nosip',
  'recordplay',
  'sip',
  'streaming',
  'textroom',
  'videocall',
  'videoroom',
  'voicemail',
];
const otherTransports = ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq'];

const libraries = (names: readonly string[]): string => names.map((name) => `libjanus_${name}.so`).join(',');

/** Write the configuration of a Janus that mixes audio for us and does nothing else. Throws what the file system throws. */
export function writeJanusFiles(settings: JanusSettings, wsPort: number, secret: string): JanusServer {
  const { folder, address, portMin, portMax } = settings;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string): void => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    chmodSync(path, 0o600);
  };
  const ports = `rtp_port_range = "${portMin}-${portMax}"`;
  write(
    'janus.jcfg',
    `general: {
  configs_folder = ${quoted(folder)}
  debug_level = 3
  debug_colors = false
  api_secret = ${quoted(secret)}
}
media: { ${ports} }
nat: { ice_enforce_list = "lo" }
plugins: { disable = "${libraries(otherPlugins)}" }
transports: { disable = "${libraries(otherTransports)}" }
events: { broadcast = false }
`,
  );
  write(
    'janus.transport.websockets.jcfg',
    `general: {
  json = "compact"
  ws = true
  ws_ip = "127.0.0.1"
  ws_port = ${wsPort}
  wss = false
}
admin: { admin_ws = false }
`,
  );
  write(
    'janus.plugin.audiobridge.jcfg',
    `general: {
  ${ports}
  local_ip = "${address}"
  events = false
}
`,
  );
  return { url: `ws://127.0.0.1:${wsPort}`, secret };
}

/** A string of libconfig. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
