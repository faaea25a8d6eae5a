import { createHash } from 'node:crypto';
import { dirname, isAbsolute, join } from 'node:path';
import { type Fault, sortFaults } from '../config/fault.js';
import { complaints, valueAt } from '../config/issue-faults.js';
import { readText } from '../config/read-text.js';
import { readYaml, type YamlSource } from '../config/yaml-source.js';
import { buildPlan } from './build.js';
import { checkDraft } from './check.js';
import { draftOf } from './draft.js';
import { parseMatters } from './load-matters.js';
import type { Matter } from './matter.js';
import type { DialPlan } from './plan.js';
import { dialPlanSchema } from './schema.js';

export type DialPlanResult =
  | { readonly ok: true; readonly plan: DialPlan }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** Read and check a dial plan file. Never throws; the faults are all there are, in the order of the file. */
export function loadDialPlan(file: string): DialPlanResult {
  const read = readText(file);
  return read.ok ? parseDialPlan(read.text, file) : { ok: false, faults: [read.fault] };
}

/**
 * Check the text of a dial plan, and the catalogue of matters that it names. `file` names the plan in faults, and is
 * where the catalogue is looked for.
 */
export function parseDialPlan(text: string, file: string): DialPlanResult {
  const source = readYaml(text, file);
  if (!source.usable) return { ok: false, faults: source.faults };
  const parsed = dialPlanSchema.safeParse(source.value ?? {});
  const found = [
    ...(parsed.success ? [] : complaints(parsed.error.issues, dialPlanSchema, source.value ?? {})),
    ...checkDraft(draftOf(source.value)),
  ];
  const faults = [
    ...source.faults,
    ...found.map((one) => source.faultAt(one.path, one.message, one.remedy, one.at)),
  ];
  const matters = mattersFor(source, file, Object.keys(Object(valueAt(source.value, ['members']))));
  if (!parsed.success || faults.length > 0 || matters.faults.length > 0)
    return { ok: false, faults: [...sortFaults(faults), ...matters.faults] };
  const version = createHash('sha256').update(text).update(matters.text).digest('hex').slice(0, 12);
  return { ok: true, plan: buildPlan(parsed.data, { file, version, matters: matters.matters }) };
}

interface NamedMatters {
  readonly matters: readonly Matter[];
  readonly faults: readonly Fault[];
  /** Text of the file; empty when the plan names none. */
  readonly text: string;
}

/** The catalogue that the plan names under `matters`. */
function mattersFor(plan: YamlSource, planFile: string, members: readonly string[]): NamedMatters {
  const named = valueAt(plan.value, ['matters']);
  if (typeof named !== 'string' || named === '') return { matters: [], faults: [], text: '' };
  const file = isAbsolute(named) ? named : join(dirname(planFile), named);
  const read = readText(file);
  if (!read.ok) {
    const { message, remedy } = read.fault;
    return { matters: [], faults: [plan.faultAt(['matters'], `${file}: ${message}`, remedy)], text: '' };
  }
  const parsed = parseMatters(read.text, file, members);
  return parsed.ok
    ? { matters: parsed.matters, faults: [], text: read.text }
    : { matters: [], faults: parsed.faults, text: read.text };
}
