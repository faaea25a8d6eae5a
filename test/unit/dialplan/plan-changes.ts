import type { Fault } from '../../../src/config/fault.js';
import { parseDialPlan } from '../../../src/dialplan/load.js';
import { planText } from './plan-text.js';

/** A piece of the good plan, and what stands in its place. */
export type Change = readonly [piece: string, by: string];

/** A fault as a table of tests tells it: what is wrong, where, and parts of message and remedy. */
export type ExpectedFault = [
  what: string,
  change: Change,
  /** The text at which the fault is shown. */
  piece: string,
  path: string,
  message: RegExp,
  remedy: RegExp,
];

export function faultsOf(...changes: readonly Change[]): readonly Fault[] {
  const loaded = parseDialPlan(planText(...changes), 'plan.yaml');
  return loaded.ok ? [] : loaded.faults;
}

/** Settings added to the member `city`. */
export const city = (yaml: string): Change => ['    source: field\n', `    source: field\n    ${yaml}\n`];
/** Settings added to the member `police`, an emergency one. */
export const police = (yaml: string): Change => [
  '    source: published\n',
  `    source: published\n    ${yaml}\n`,
];
export const policies = (yaml: string): Change => ['members:\n', `policies: { ${yaml} }\nmembers:\n`];

/** The one fault of a plan with a change: where it is said to be, and where it should be. */
export function onlyFault(change: Change, piece: string): Fault & { place: string; expectedPlace: string } {
  const [fault, ...others] = faultsOf(change);
  if (fault === undefined || others.length > 0) {
    throw new Error(`not one fault but ${JSON.stringify(faultsOf(change))}`);
  }
  const before = planText(change).split(piece)[0] ?? '';
  const expectedPlace = `${before.split('\n').length}:${before.length - before.lastIndexOf('\n')}`;
  return { ...fault, place: `${fault.line}:${fault.column}`, expectedPlace };
}

/** Other targets of the city. */
export const targetsOfCity = (yaml: string): Change => [
  'targets: [{ trunk: pbx-city, number: 8001 }]',
  `targets: ${yaml}`,
];
