import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import { type Fault, formatFault } from '../../../src/config/fault.js';
import { type ConfigSources, loadConfig } from '../../../src/config/load.js';

/** A folder of its own for each test, with room for a settings file in `etc`. */
export interface SettingsFolder {
  readonly folder: string;
  /** Not there before the test writes it. */
  readonly file: string;
  /** Writes the file; gives what is wrong with it. */
  faultsOfText(text: string, env?: Record<string, string>): readonly Fault[];
}

export function settingsFolder(): SettingsFolder {
  let folder = '';
  const file = (): string => join(folder, 'etc', 'onekey.yaml');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'onekey-config-'));
    mkdirSync(join(folder, 'etc'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return {
    get folder() {
      return folder;
    },
    get file() {
      return file();
    },
    faultsOfText(text, env = {}) {
      writeFileSync(file(), text);
      return faultsOf({ file: file(), env });
    },
  };
}

export function configOf(sources: Partial<ConfigSources>): Config {
  const loaded = loadConfig({ env: {}, ...sources });
  if (!loaded.ok) throw new Error(loaded.faults.map(formatFault).join('\n'));
  return loaded.config;
}

export function faultsOf(sources: Partial<ConfigSources>): readonly Fault[] {
  const loaded = loadConfig({ env: {}, ...sources });
  return loaded.ok ? [] : loaded.faults;
}
