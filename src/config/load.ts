import { dirname, isAbsolute, resolve } from 'node:path';
import type { $ZodType } from 'zod/v4/core';
import { type Config, configSchema } from './config.js';
import { crossFaults } from './cross-checks.js';
import { ownVariables, settingByPath, settingByVariable, valueFromText } from './environment.js';
import { type Fault, formatKeyPath, type KeyPath, sortFaults } from './fault.js';
import { deepFreeze } from './freeze.js';
import { type Complaint, complaints } from './issue-faults.js';
import { readText } from './read-text.js';
import { innermost, type Leaf } from './schema-shape.js';
import { didYouMean } from './suggest.js';
import { readYaml, type YamlSource } from './yaml-source.js';

export interface ConfigSources {
  /** Path of the configuration file; without one only environment, overrides and defaults count. */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Settings of the command line by dotted path, as text: `{ 'http.port': '8081' }`. */
  readonly overrides?: Readonly<Record<string, string>> | undefined;
  /** Folder that relative paths of environment and command line start from; the current one by default. */
  readonly cwd?: string | undefined;
}

export type ConfigResult =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Settings whose value is a path. */
const PATH_SETTINGS = ['dialplan', 'data'] as const;

/**
 * The settings in force: command line before environment before file before default. All faults of all
 * sources are reported together. Relative paths start from the folder of the file they stand in, and from
 * the current folder for environment and command line.
 */
export function loadConfig(sources: ConfigSources): ConfigResult {
  const file = readFile(sources.file);
  if (!file.ok) return { ok: false, faults: file.faults };
  const merger = new Merger(file.source);
  merger.takeEnvironment(sources.env);
  merger.takeOverrides(sources.overrides ?? {});

  const merged = merger.value;
  const parsed = configSchema.safeParse(merged);
  if (!parsed.success) merger.report(complaints(parsed.error.issues, configSchema, merged));
  // Checks across settings see what is well-formed, so that one run shows as much as possible.
  merger.report(crossFaults(parsed.success ? parsed.data : merged));
  if (!parsed.success || merger.faults.length > 0) return { ok: false, faults: sortFaults(merger.faults) };

  const config = parsed.data;
  const cwd = resolve(sources.cwd ?? '.');
  for (const setting of PATH_SETTINGS) {
    if (isAbsolute(config[setting])) continue;
    const fromFile = sources.file !== undefined && !merger.isOverridden(setting);
    config[setting] = resolve(fromFile ? dirname(resolve(cwd, sources.file)) : cwd, config[setting]);
  }
  /** Folder that relative paths of a setting start from. */
  const baseOf = (setting: string): string =>
    sources.file !== undefined && !merger.isOverridden(setting) ? dirname(resolve(cwd, sources.file)) : cwd;
  for (const listener of config.sip.listeners) {
    for (const name of ['cert', 'key', 'ca'] as const) {
      const path = listener[name];
      if (path !== undefined) listener[name] = resolve(baseOf('sip.listeners'), path);
    }
  }
  const { tls } = config.sip.embedded.control;
  for (const name of ['cert', 'key'] as const) {
    if (tls[name] !== '') tls[name] = resolve(baseOf(`sip.embedded.control.tls.${name}`), tls[name]);
  }
  for (const name of ['cert', 'key'] as const)
    if (config.http[name] !== '') config.http[name] = resolve(baseOf(`http.${name}`), config.http[name]);
  for (const name of ['folder', 'engineFolder'] as const)
    if (config.recording[name] !== '')
      config.recording[name] = resolve(baseOf(`recording.${name}`), config.recording[name]);
  if (config.ledger.spool !== '') config.ledger.spool = resolve(baseOf('ledger.spool'), config.ledger.spool);
  if (config.sip.capture !== '') config.sip.capture = resolve(baseOf('sip.capture'), config.sip.capture);
  return { ok: true, config: deepFreeze(config) };
}

type FileResult =
  | { readonly ok: true; readonly source: YamlSource | undefined }
  | { readonly ok: false; readonly faults: readonly Fault[] };

function readFile(file: string | undefined): FileResult {
  if (file === undefined) return { ok: true, source: undefined };
  const text = readText(file);
  if (!text.ok) return { ok: false, faults: [text.fault] };
  const source = readYaml(text.text, file);
  if (!source.usable) return { ok: false, faults: source.faults };
  if (source.value !== null && !isGroup(source.value)) {
    const fault = source.faultAt([], 'this is no list of settings', 'write settings as "name: value" lines');
    return { ok: false, faults: [...source.faults, fault] };
  }
  return { ok: true, source };
}

/** Where a setting that overrides the file came from. */
interface Origin {
  readonly place: 'environment' | 'command line';
  readonly name: string;
}

/** Lays environment and command line over the file, and remembers who said what. */
class Merger {
  readonly value: Record<string, unknown>;
  readonly faults: Fault[];
  readonly #origins = new Map<string, Origin>();
  readonly #source: YamlSource | undefined;

  constructor(source: YamlSource | undefined) {
    this.#source = source;
    const written = withoutEmptySections(source?.value ?? null, configSchema);
    this.value = isGroup(written) ? written : {};
    this.faults = [...(source?.faults ?? [])];
  }

  takeEnvironment(env: Readonly<Record<string, string | undefined>>): void {
    for (const name of ownVariables(env)) {
      const leaf = settingByVariable.get(name);
      const origin: Origin = { place: 'environment', name };
      if (leaf !== undefined) this.#take(leaf, env[name] ?? '', origin);
      else
        this.#unknown(
          origin,
          didYouMean(name, settingByVariable.keys(), 'unset it, no setting has this variable'),
        );
    }
  }

  takeOverrides(overrides: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(overrides)) {
      const leaf = settingByPath.get(path);
      const short = PATH_SETTINGS.some((setting) => setting === path);
      const origin: Origin = { place: 'command line', name: short ? `--${path}` : `--set ${path}` };
      if (leaf !== undefined) this.#take(leaf, text, origin);
      else
        this.#unknown(
          origin,
          didYouMean(path, settingByPath.keys(), 'see config/onekey.yaml for all settings'),
        );
    }
  }

  isOverridden(setting: string): boolean {
    return this.#origins.has(setting);
  }

  report(found: readonly Complaint[]): void {
    for (const one of found) {
      const origin = this.#originOf(one.path);
      if (origin !== undefined) {
        const rest = formatKeyPath(one.path.slice(origin.depth));
        const path = rest === '' ? origin.name : `${origin.name} ${rest}`;
        const form = LIST_FORMS[one.path.slice(0, origin.depth).join('.')];
        const remedy = form === undefined ? one.remedy : `${one.remedy}, ${form}`;
        this.#add(origin.place, path, one.message, remedy);
      } else if (this.#source !== undefined) {
        this.faults.push(this.#source.faultAt(one.path, one.message, one.remedy, one.at));
      } else {
        this.#add('defaults', formatKeyPath(one.path), one.message, one.remedy);
      }
    }
  }

  #take(leaf: Leaf, text: string, origin: Origin): void {
    const parents = leaf.path.slice(0, -1);
    let group = this.value;
    for (const step of parents) {
      const next = group[step] ?? {};
      // The file has something else than a group here: the schema will say so, with its line.
      if (!isGroup(next)) return;
      group[step] = next;
      group = next;
    }
    const name = leaf.path.at(-1) ?? '';
    group[name] = valueFromText(leaf, text);
    this.#origins.set(leaf.path.join('.'), origin);
  }

  #originOf(path: KeyPath): (Origin & { readonly depth: number }) | undefined {
    for (let depth = path.length; depth > 0; depth--) {
      const origin = this.#origins.get(path.slice(0, depth).join('.'));
      if (origin !== undefined) return { ...origin, depth };
    }
    return undefined;
  }

  #unknown(origin: Origin, remedy: string): void {
    this.#add(origin.place, origin.name, 'there is no such setting', remedy);
  }

  #add(file: string, path: string, message: string, remedy: string): void {
    this.faults.push({ file, line: 0, column: 0, path, message, remedy });
  }
}

/** How a list is written in one line of text. */
const LIST_FORMS: Readonly<Record<string, string>> = {
  'sip.listeners': 'as in udp:127.0.0.1:5060,tcp:[::1]:5060',
  'sip.embedded.outbound': 'as in MESSAGE=tcp://127.0.0.1:4000',
  'http.tokens': 'as in name:role:token,name:role:token',
  'http.webhooks': 'as in member=secret@https://desk.example.org/pop',
  'media.rtpengine.hosts': 'as in 10.0.0.5:2223,10.0.0.6:2223*2',
  'media.rtpengine.interfaces': 'as in 192.0.2.1,2001:db8::1',
  'media.rtpengine.transcode': 'as in PCMA,PCMU',
};

/** A copy of the file's settings in which a section whose lines are all comments (null) is an empty one. */
function withoutEmptySections(value: unknown, schema: $ZodType): unknown {
  const def = innermost(schema)._zod.def;
  if (def.type !== 'object') return structuredClone(value);
  if (value === null) return {};
  if (!isGroup(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const innerSchema = Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
      return [key, innerSchema === undefined ? inner : withoutEmptySections(inner, innerSchema)];
    }),
  );
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
