import { createHash } from 'node:crypto';
import { type Fault, sortFaults } from '../config/fault.js';
import { complaints } from '../config/issue-faults.js';
import { readText } from '../config/read-text.js';
import { readYaml } from '../config/yaml-source.js';
import { buildPlan } from './build.js';
import { checkDraft } from './check.js';
import { draftOf } from './draft.js';
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

/** Check the text of a dial plan; `file` only names it in faults and in the plan. */
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
  if (!parsed.success || faults.length > 0) return { ok: false, faults: sortFaults(faults) };
  const version = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { ok: true, plan: buildPlan(parsed.data, file, version) };
}
