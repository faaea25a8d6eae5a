import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Dependencies of the rooms point one way; this holds them there. */

const source = join(import.meta.dirname, '..', '..', 'src');

interface Import {
  /** File that imports, relative to src, e.g. `call/step.ts`. */
  readonly from: string;
  /** File imported, relative to src, e.g. `ledger/records.ts`. */
  readonly to: string;
  /** Nothing of it is left when the program runs. */
  readonly typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(source, file), 'utf8');
  const found: Import[] = [];
  // `import … from './x.js'`, `export … from './x.js'`, `import './x.js'`, `import('./x.js')`; imports may span lines.
  const form =
    /(?:^|\n)\s*(import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'(\.[^']+)'|\bimport\(\s*'(\.[^']+)'\s*\)/g;
  for (const match of text.matchAll(form)) {
    const path = match[3] ?? match[4];
    if (path === undefined) continue;
    const to = relative(source, join(source, dirname(file), path)).replace(/\.js$/, '.ts');
    found.push({ from: file, to, typeOnly: match[2] !== undefined });
  }
  return found;
}

function sourceFiles(): string[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !file.startsWith('web/'))
    .sort();
}

const imports = sourceFiles().flatMap(importsOf);

/** `call` for `call/step.ts`, `main.ts` for what lies in src itself. */
function room(file: string): string {
  return file.split('/')[0] ?? file;
}

/** Imports out of a room that a rule does not allow, as `from -> to`. */
function strays(from: string, allowed: (entry: Import) => boolean): string[] {
  return imports
    .filter((entry) => room(entry.from) === from && room(entry.to) !== from && !allowed(entry))
    .map((entry) => `${entry.from} -> ${entry.to}`);
}

/** Files that import each other, directly or over others (types count too), and those that lead to such. */
function cycles(): string[] {
  const targets = new Map(sourceFiles().map((file) => [file, new Set<string>()]));
  for (const { from, to } of imports) if (targets.has(to)) targets.get(from)?.add(to);
  // A file that imports nothing is in no cycle; without it, others import nothing.
  for (let removed = true; removed; ) {
    const ends = [...targets].filter(([, to]) => to.size === 0).map(([file]) => file);
    for (const end of ends) {
      targets.delete(end);
      for (const to of targets.values()) to.delete(end);
    }
    removed = ends.length > 0;
  }
  return [...targets].map(([file, to]) => `${file} -> ${[...to].join(', ')}`);
}

describe('imports between files', () => {
  it('make no circle', () => {
    expect(cycles()).toEqual([]);
  });
});

describe('imports between the rooms', () => {
  it('are found', () => {
    expect(imports.length).toBeGreaterThan(20);
    expect(imports).toContainEqual({ from: 'call/call.ts', to: 'dialplan/plan.ts', typeOnly: true });
  });

  it('never leave sip/', () => {
    expect(strays('sip', () => false)).toEqual([]);
  });

  it('leave call/ only for types of the ledger and the dial plan', () => {
    const contracts = ['ledger/records.ts', 'dialplan/plan.ts'];
    expect(strays('call', (entry) => entry.typeOnly && contracts.includes(entry.to))).toEqual([]);
  });

  it.each(['dialplan', 'ledger', 'media', 'config', 'people'])(
    'of %s/ do not go up to what uses it',
    (name) => {
      const above = ['engine', 'api', 'cli', 'main.ts', 'call', 'sip'];
      expect(strays(name, (entry) => !above.includes(room(entry.to)))).toEqual([]);
    },
  );

  it('of agents/ read SIP messages with the parsers of sip/, and know nothing of calls', () => {
    const above = ['engine', 'api', 'cli', 'main.ts', 'call'];
    const allowed = ({ to }: Import): boolean =>
      room(to) === 'sip' ? to.startsWith('sip/message/') : !above.includes(room(to));
    expect(strays('agents', allowed)).toEqual([]);
  });

  it('of api/ know the engine by its operations alone', () => {
    const rooms = ['ledger', 'dialplan', 'config'];
    const contracts = ['engine/operations.ts', 'agents/agent.ts', 'agents/agents.ts'];
    const allowed = (entry: Import): boolean =>
      rooms.includes(room(entry.to)) || (entry.typeOnly && contracts.includes(entry.to));
    expect(strays('api', allowed)).toEqual([]);
  });

  it('of engine/ do not go to api, cli or main', () => {
    expect(strays('engine', (entry) => !['api', 'cli', 'main.ts'].includes(room(entry.to)))).toEqual([]);
  });

  it('reach cli/ and main.ts from nowhere but cli/', () => {
    const intruders = imports
      .filter((entry) => ['cli', 'main.ts'].includes(room(entry.to)))
      .filter(
        (entry) =>
          !['cli', 'main.ts'].includes(room(entry.from)) ||
          (room(entry.from) === 'main.ts' && room(entry.to) === 'cli'),
      )
      .map((entry) => `${entry.from} -> ${entry.to}`);
    expect(intruders).toEqual([]);
  });
});
