import { embeddedFaults } from './embedded-checks.js';
import { type Complaint, valueAt } from './issue-faults.js';

/**
 * Rules that hold between settings. The value may be malformed elsewhere: a rule speaks only where it can
 * read all it needs. What is left out has its default, and the defaults keep every rule.
 */
export function crossFaults(settings: unknown): Complaint[] {
  return [
    ...https(settings),
    ...tokens(settings),
    ...listeners(settings),
    ...embeddedFaults(settings),
    ...drachtio(settings),
    ...rtpengine(settings),
    ...expiries(settings),
  ];
}

/** What a phone gets is neither too short nor too long for us. */
function expiries(settings: unknown): Complaint[] {
  const at = (key: string, otherwise: number): unknown => valueAt(settings, ['agents', key]) ?? otherwise;
  const min = at('minExpiresSeconds', 60);
  const usual = at('defaultExpiresSeconds', 600);
  const max = at('maxExpiresSeconds', 3600);
  if (typeof min !== 'number' || typeof usual !== 'number' || typeof max !== 'number') return [];
  if (min <= usual && usual <= max) return [];
  return [
    {
      path: ['agents', min <= usual ? 'maxExpiresSeconds' : 'minExpiresSeconds'],
      message: `minExpiresSeconds (${min}), defaultExpiresSeconds (${usual}), maxExpiresSeconds (${max}) do not grow`,
      remedy: 'write them so that each is at least as large as the one before',
      at: 'value',
    },
  ];
}

/** A certificate is worth nothing without its key. */
function https(settings: unknown): Complaint[] {
  const given = (['cert', 'key'] as const).filter(
    (name) => (text(valueAt(settings, ['http']), name) ?? '') !== '',
  );
  const [only, ...both] = given;
  if (only === undefined || both.length > 0) return [];
  return [
    {
      path: ['http', only],
      message: 'HTTPS needs a certificate and its key',
      remedy: 'give http.cert and http.key, the paths of two PEM files, or neither for HTTP',
      at: 'value',
    },
  ];
}

function tokens(settings: unknown): Complaint[] {
  const names = repeated(settings, ['http', 'tokens'], (item) => text(item, 'name'));
  const secrets = repeated(settings, ['http', 'tokens'], (item) => text(item, 'token'));
  return [
    ...names.map(
      (index): Complaint => ({
        path: ['http', 'tokens', index, 'name'],
        message: 'another token has this name',
        remedy: 'give each token its own name, the log shows it',
        at: 'value',
      }),
    ),
    ...secrets.map(
      (index): Complaint => ({
        path: ['http', 'tokens', index, 'token'],
        message: 'this token is given twice',
        remedy: 'make a token for each holder, such as with: openssl rand -hex 24',
        at: 'value',
      }),
    ),
  ];
}

function listeners(settings: unknown): Complaint[] {
  const at = ['sip', 'listeners'];
  const twice = repeated(settings, at, (item) => {
    const port = valueAt(item, ['port']);
    if (port === 0) return undefined;
    return `${text(item, 'transport')} ${text(item, 'host')} ${String(port)}`;
  });
  const found = twice.map(
    (index): Complaint => ({
      path: [...at, index],
      message: 'another listener has the same transport, host and port',
      remedy: 'remove one, or change its port',
      at: 'value',
    }),
  );
  for (const [index, item] of list(valueAt(settings, at)).entries()) {
    const transport = text(item, 'transport');
    const secure = transport === 'tls' || transport === 'wss';
    if (secure && (text(item, 'cert') === undefined || text(item, 'key') === undefined)) {
      found.push({
        path: [...at, index],
        message: `a ${transport} listener needs a certificate and its key`,
        remedy: 'add cert and key, the paths of two PEM files, in the configuration file',
        at: 'value',
      });
    }
    const host = text(item, 'host');
    if (host === undefined || !/^(0\.0\.0\.0|[0:]+)$/.test(host) || text(item, 'externalHost') !== undefined)
      continue;
    found.push({
      path: [...at, index],
      message: `peers cannot send to ${host}, which stands for all addresses`,
      remedy: 'add externalHost, the address by which peers reach this machine, or listen on that address',
      at: 'value',
    });
  }
  return found;
}

function drachtio(settings: unknown): Complaint[] {
  const secret = valueAt(settings, ['sip', 'drachtio', 'secret']);
  if (valueAt(settings, ['sip', 'server']) !== 'drachtio') return [];
  if (secret !== undefined && secret !== '') return [];
  return [
    {
      path: ['sip', 'drachtio', 'secret'],
      message: 'an external drachtio-server needs its secret',
      remedy: 'write the secret of its configuration file, or set ONEKEY_SIP_DRACHTIO_SECRET',
      at: 'value',
    },
  ];
}

/** Ports of our own engine: half of them serve at a time, and a call takes four. */
const fewestMediaPorts = 200;

function rtpengine(settings: unknown): Complaint[] {
  const at = ['media', 'rtpengine'];
  const hosts = valueAt(settings, [...at, 'hosts']) ?? [];
  const found = repeated(settings, [...at, 'hosts'], (item) => {
    const port = valueAt(item, ['port']);
    return `${text(item, 'host')} ${String(port)}`;
  }).map(
    (index): Complaint => ({
      path: [...at, 'hosts', index],
      message: 'this engine is given twice',
      remedy: 'remove one; its weight says how many calls it gets',
      at: 'value',
    }),
  );
  if (valueAt(settings, [...at, 'spawn']) === false && Array.isArray(hosts) && hosts.length === 0) {
    found.push({
      path: [...at, 'spawn'],
      message: 'no engine of our own is started, and no other is given',
      remedy: 'add engines under media.rtpengine.hosts, or set spawn to true',
      at: 'value',
    });
  }
  const min = valueAt(settings, [...at, 'portMin']) ?? 10_100;
  const max = valueAt(settings, [...at, 'portMax']) ?? 32_767;
  if (typeof min === 'number' && typeof max === 'number' && max - min + 1 < fewestMediaPorts) {
    found.push({
      path: [...at, max === 32_767 ? 'portMin' : 'portMax'],
      message: `the ports ${min} to ${max} are too few for media`,
      remedy: `make it ${fewestMediaPorts} ports or more; a call takes four, and half of the range serves at a time`,
      at: 'value',
    });
  }
  return found;
}

/** Indices of list items whose key an earlier item has. */
function repeated(
  settings: unknown,
  path: readonly string[],
  keyOf: (item: unknown) => string | undefined,
): number[] {
  const seen = new Set<string>();
  const indices: number[] = [];
  for (const [index, item] of list(valueAt(settings, path)).entries()) {
    const key = keyOf(item);
    if (key === undefined) continue;
    if (seen.has(key)) indices.push(index);
    seen.add(key);
  }
  return indices;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(item: unknown, key: string): string | undefined {
  const value = valueAt(item, [key]);
  return typeof value === 'string' ? value : undefined;
}
