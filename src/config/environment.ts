import { configSchema } from './config.js';
import { innermost, type Leaf, leaves } from './schema-shape.js';

/** Every setting can be given as a variable of the environment; the names follow from the schema. */

const PREFIX = 'ONEKEY_';

/** Names the configuration file itself, so it is no setting in it. */
export const CONFIG_FILE_VARIABLE = 'ONEKEY_CONFIG';

/** All settings by the name of their variable: `ONEKEY_CALLS_DRAIN_SECONDS` is `calls.drainSeconds`. */
export const settingByVariable: ReadonlyMap<string, Leaf> = new Map(
  leaves(configSchema).map((leaf) => [variableName(leaf.path), leaf]),
);

/** All settings by their dotted path. */
export const settingByPath: ReadonlyMap<string, Leaf> = new Map(
  leaves(configSchema).map((leaf) => [leaf.path.join('.'), leaf]),
);

/** `['http', 'port']` is `ONEKEY_HTTP_PORT`. */
export function variableName(path: readonly string[]): string {
  return PREFIX + path.map((step) => step.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()).join('_');
}

/** Names of variables that are meant for us. */
export function ownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && env[name] !== undefined && name !== CONFIG_FILE_VARIABLE)
    .sort();
}

/**
 * The value that a text stands for, by the kind of the setting. What does not fit is returned as it is,
 * so that the schema refuses it by name.
 */
export function valueFromText(leaf: Leaf, text: string): unknown {
  const setting = leaf.path.join('.');
  if (setting === 'sip.listeners') return listFromText(text).map(listenerFromText);
  if (setting === 'sip.embedded.outbound') return listFromText(text).map(ruleFromText);
  if (setting === 'http.tokens') return listFromText(text).map(tokenFromText);
  if (setting === 'http.webhooks') return listFromText(text).map(webhookFromText);
  if (setting === 'media.rtpengine.hosts') return listFromText(text).map(mediaHostFromText);
  const type = innermost(leaf.schema)._zod.def.type;
  if (type === 'array') return listFromText(text);
  if (type === 'number') return /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text;
  if (type === 'boolean') return BOOLEANS.get(text.trim().toLowerCase()) ?? text;
  return type === 'enum' ? text.trim() : text;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  ['1', true],
  ['0', false],
  ['yes', true],
  ['no', false],
  ['on', true],
  ['off', false],
]);

function listFromText(text: string): string[] {
  return text.trim() === '' ? [] : text.split(',').map((item) => item.trim());
}

/** `udp:10.0.0.5:5060`, `tcp:[::1]:5060`, and with what peers are told: `udp:0.0.0.0:5060@203.0.113.5:5060`. */
function listenerFromText(text: string): unknown {
  const match = /^([a-z]+):(\[[^\]]+\]|[^:@]+):(\d+)(?:@(\[[^\]]+\]|[^:@]+)(?::(\d+))?)?$/.exec(text);
  if (match === null) return text;
  const [, transport, host = '', port, externalHost, externalPort] = match;
  return {
    transport,
    host: withoutBrackets(host),
    port: Number(port),
    ...(externalHost === undefined ? {} : { externalHost: withoutBrackets(externalHost) }),
    ...(externalPort === undefined ? {} : { externalPort: Number(externalPort) }),
  };
}

/** `10.0.0.5:2223`, `[::1]:2223`, and with a weight: `10.0.0.5:2223*3`. */
function mediaHostFromText(text: string): unknown {
  const match = /^(\[[^\]]+\]|[^:*]+):(\d+)(?:\*(\d+))?$/.exec(text);
  if (match === null) return text;
  const [, host = '', port, weight] = match;
  const address = { host: withoutBrackets(host), port: Number(port) };
  return weight === undefined ? address : { ...address, weight: Number(weight) };
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/** `MESSAGE=tcp://127.0.0.1:4000` */
function ruleFromText(text: string): unknown {
  const equals = text.indexOf('=');
  return equals < 0 ? text : { method: text.slice(0, equals), target: text.slice(equals + 1) };
}

/** `member=secret@https://desk.example/pop` */
function webhookFromText(text: string): unknown {
  const match = /^([^=]*)=([^@]*)@(.*)$/.exec(text);
  return match === null ? text : { member: match[1], secret: match[2], url: match[3] };
}

/** `name:role:token` */
function tokenFromText(text: string): unknown {
  const match = /^([^:]*):([^:]*):(.*)$/.exec(text);
  return match === null ? text : { name: match[1], role: match[2], token: match[3] };
}
