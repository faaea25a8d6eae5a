import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMap, isScalar, parseDocument, type YAMLMap } from 'yaml';
import { configSchema } from '../../../src/config/config.js';
import { settingByPath, settingByVariable, variableName } from '../../../src/config/environment.js';
import { loadConfig } from '../../../src/config/load.js';
import { packageInfo } from '../../../src/config/package-root.js';
import { innermost, numberRange } from '../../../src/config/schema-shape.js';

const { root } = packageInfo();
const file = join(root, 'config', 'onekey.yaml');
const document = parseDocument(readFileSync(file, 'utf8'));

/** The comment above a setting of the shipped file, and the value that stands there. */
function shipped(path: readonly string[]): { comment: string; value: unknown } {
  let map: unknown = document.contents;
  for (const [depth, step] of path.entries()) {
    if (!isMap(map)) break;
    const index = map.items.findIndex((item) => isScalar(item.key) && item.key.value === step);
    const pair = map.items[index];
    if (pair === undefined) break;
    if (depth < path.length - 1) {
      map = pair.value;
      continue;
    }
    const above = isScalar(pair.key) ? pair.key.commentBefore : undefined;
    // The comment above the first setting of a section belongs to the section's map.
    const comment = above ?? (index === 0 ? (map as YAMLMap).commentBefore : undefined);
    return { comment: comment ?? '', value: document.getIn(path) };
  }
  throw new Error(`config/onekey.yaml has no setting ${path.join('.')}`);
}

describe('config/onekey.yaml', () => {
  const loaded = loadConfig({ file, env: {} });
  const defaults = loadConfig({ env: {} });

  it('loads, and says nothing else than the defaults', () => {
    expect(loaded.ok && defaults.ok).toBe(true);
    expect(loaded).toEqual(defaults);
  });

  it.each([...settingByPath.keys()])('documents %s with default, range and variable', (name) => {
    const leaf = settingByPath.get(name);
    if (leaf === undefined || !defaults.ok) throw new Error('no such setting');
    const { comment } = shipped(leaf.path);
    expect(comment).toContain(`Variable: ${variableName(leaf.path)}`);
    expect(comment.trimEnd().endsWith(variableName(leaf.path))).toBe(true);

    const isPath = name === 'dialplan' || name === 'data';
    const value = leaf.path.reduce<unknown>((at, step) => Reflect.get(at as object, step), defaults.config);
    const written = /Default: (.*?)\. (?:Unit|Range|One of|Variable|A |An |true|Text)/.exec(comment)?.[1];
    if (isPath) expect(join(root, 'config', written ?? '')).toBe(value);
    else expect(written).toBe(typeof value === 'string' && value !== '' ? value : JSON.stringify(value));

    const inner = innermost(leaf.schema)._zod.def;
    if (inner.type === 'number') {
      const { min, max } = numberRange(leaf.schema);
      expect(comment).toContain(`Range: ${min} to ${max}`);
    }
    if (inner.type === 'enum')
      expect(comment).toContain(`One of: ${Object.values(inner.entries).join(', ')}`);
  });
});

describe('variables', () => {
  it('follow from the paths of the settings', () => {
    expect([...settingByVariable.keys()]).toEqual([
      'ONEKEY_SIP_SERVER',
      'ONEKEY_SIP_LISTENERS',
      'ONEKEY_SIP_EMBEDDED_CONTROL_PORT',
      'ONEKEY_SIP_EMBEDDED_CONTROL_SECRET',
      'ONEKEY_SIP_EMBEDDED_CONTROL_TLS_HOST',
      'ONEKEY_SIP_EMBEDDED_CONTROL_TLS_PORT',
      'ONEKEY_SIP_EMBEDDED_CONTROL_TLS_CERT',
      'ONEKEY_SIP_EMBEDDED_CONTROL_TLS_KEY',
      'ONEKEY_SIP_EMBEDDED_OUTBOUND',
      'ONEKEY_SIP_EMBEDDED_THREAD',
      'ONEKEY_SIP_DRACHTIO_HOST',
      'ONEKEY_SIP_DRACHTIO_PORT',
      'ONEKEY_SIP_DRACHTIO_SECRET',
      'ONEKEY_SIP_TRACE',
      'ONEKEY_SIP_TRACE_FILTER',
      'ONEKEY_SIP_CAPTURE',
      'ONEKEY_SIP_HEP',
      'ONEKEY_HTTP_HOST',
      'ONEKEY_HTTP_PORT',
      'ONEKEY_HTTP_CERT',
      'ONEKEY_HTTP_KEY',
      'ONEKEY_HTTP_PUBLIC_URL',
      'ONEKEY_HTTP_TOKENS',
      'ONEKEY_HTTP_WEBHOOKS',
      'ONEKEY_MEDIA_ANCHOR',
      'ONEKEY_MEDIA_LANGUAGE',
      'ONEKEY_MEDIA_SILENCE_SECONDS',
      'ONEKEY_MEDIA_RTPENGINE_SPAWN',
      'ONEKEY_MEDIA_RTPENGINE_PROGRAM',
      'ONEKEY_MEDIA_RTPENGINE_INTERFACES',
      'ONEKEY_MEDIA_RTPENGINE_PORT_MIN',
      'ONEKEY_MEDIA_RTPENGINE_PORT_MAX',
      'ONEKEY_MEDIA_RTPENGINE_THREADS',
      'ONEKEY_MEDIA_RTPENGINE_HOSTS',
      'ONEKEY_MEDIA_RTPENGINE_KEYS_AT',
      'ONEKEY_MEDIA_RTPENGINE_WHEN_DOWN',
      'ONEKEY_MEDIA_RTPENGINE_TRANSCODE',
      'ONEKEY_MEDIA_MIXER_KIND',
      'ONEKEY_MEDIA_MIXER_SPAWN',
      'ONEKEY_MEDIA_MIXER_PROGRAM',
      'ONEKEY_MEDIA_MIXER_ADDRESS',
      'ONEKEY_MEDIA_MIXER_PORT_MIN',
      'ONEKEY_MEDIA_MIXER_PORT_MAX',
      'ONEKEY_MEDIA_MIXER_URL',
      'ONEKEY_MEDIA_MIXER_SECRET',
      'ONEKEY_RECORDING_FOLDER',
      'ONEKEY_RECORDING_ENGINE_FOLDER',
      'ONEKEY_RECORDING_RETENTION_DAYS',
      'ONEKEY_RECORDING_MIN_FREE_MEGABYTES',
      'ONEKEY_LEDGER_COMMIT_MS',
      'ONEKEY_LEDGER_SPOOL',
      'ONEKEY_LEDGER_MOST_WAITING',
      'ONEKEY_LEDGER_RETENTION_MONTHS',
      'ONEKEY_SURGE_ENABLED',
      'ONEKEY_SURGE_WINDOW_MINUTES',
      'ONEKEY_SURGE_TIMES',
      'ONEKEY_SURGE_SCORE',
      'ONEKEY_SURGE_MINIMUM',
      'ONEKEY_SURGE_CALM_MINUTES',
      'ONEKEY_LIMITS_MAX_CALLS',
      'ONEKEY_CALLS_NO_RESPONSE_SECONDS',
      'ONEKEY_CALLS_NOTIFY_ANSWER_SECONDS',
      'ONEKEY_CALLS_DRAIN_SECONDS',
      'ONEKEY_AGENTS_REALM',
      'ONEKEY_AGENTS_ALGORITHMS',
      'ONEKEY_AGENTS_MAX_CONTACTS',
      'ONEKEY_AGENTS_MIN_EXPIRES_SECONDS',
      'ONEKEY_AGENTS_DEFAULT_EXPIRES_SECONDS',
      'ONEKEY_AGENTS_MAX_EXPIRES_SECONDS',
      'ONEKEY_AGENTS_NONCE_SECONDS',
      'ONEKEY_AGENTS_KEEP_ALIVE_SECONDS',
      'ONEKEY_AGENTS_LOCKOUT_ATTEMPTS',
      'ONEKEY_AGENTS_LOCKOUT_FIRST_SECONDS',
      'ONEKEY_AGENTS_LOCKOUT_MOST_SECONDS',
      'ONEKEY_LOG_LEVEL',
      'ONEKEY_LOG_FORMAT',
      'ONEKEY_DIALPLAN',
      'ONEKEY_DATA',
    ]);
  });

  it('give every setting its own name', () => {
    expect(settingByVariable.size).toBe(settingByPath.size);
    expect(Object.keys(configSchema.shape)).toHaveLength(12);
  });
});
