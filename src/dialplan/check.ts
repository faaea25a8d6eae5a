import { formatKeyPath, type KeyPath } from '../config/fault.js';
import type { Complaint } from '../config/issue-faults.js';
import { didYouMean } from '../config/suggest.js';
import { checkHours } from './check-hours.js';
import { checkCallBack, checkKeys, checkRights, checkTargets } from './check-policies.js';
import type { Draft, TrunkDraft } from './draft.js';
import { GATEWAY_FORM, parseGateway } from './gateways.js';
import { internationalForm } from './numbers.js';
import { blockKey, parseSource } from './sources.js';

/** Everything that is wrong between the parts of a dial plan, in no particular order. */
export function checkDraft(draft: Draft): Complaint[] {
  return [
    ...checkNumbers(draft),
    ...checkLanguages(draft),
    ...checkReferences(draft),
    ...checkFallbacks(draft),
    ...checkTrunks(draft),
    ...checkGateways(draft),
    ...checkSources(draft),
    ...checkTargets(draft),
    ...checkHours(draft),
    ...checkRights(draft),
    ...checkKeys(draft),
    ...checkCallBack(draft),
  ];
}

function at(path: KeyPath, message: string, remedy: string): Complaint {
  return { path, message, remedy, at: 'value' };
}

/** A number belongs to one member, however it is written. */
function checkNumbers({ members, numbering }: Draft): Complaint[] {
  if (numbering === undefined) return [];
  const found: Complaint[] = [];
  const owners = new Map<string, { readonly member: string; readonly path: KeyPath }>();
  for (const [member, entry] of members) {
    for (const { index, text: number } of entry.numbers) {
      const path = ['members', member, 'numbers', index];
      const form = internationalForm(number, numbering);
      const owner = form === undefined ? undefined : owners.get(form);
      if (form === undefined) {
        found.push(
          at(path, `"${number}" is no telephone number`, 'write it as people dial it, such as "12345"'),
        );
      } else if (owner === undefined) {
        owners.set(form, { member, path });
      } else {
        const whose = owner.member === member ? 'this member' : `member ${owner.member}`;
        const message = `"${number}" (${form}) is a number of ${whose} already, see ${formatKeyPath(owner.path)}`;
        found.push(at(path, message, 'remove it from one of the two places'));
      }
    }
  }
  return found;
}

/** A language belongs to a number of the member that names it. */
function checkLanguages({ members, numbering }: Draft): Complaint[] {
  if (numbering === undefined) return [];
  return [...members].flatMap(([member, { numbers, languages }]) => {
    const own = new Set(numbers.map(({ text }) => internationalForm(text, numbering)));
    return languages.flatMap(({ path, text }) => {
      const form = internationalForm(text, numbering);
      if (form !== undefined && own.has(form)) return [];
      const otherwise = 'write it under numbers, too, or remove it here';
      const remedy = didYouMean(
        text,
        numbers.map((number) => number.text),
        otherwise,
      );
      return [at(path, `"${text}" is no number of member ${member}`, remedy)];
    });
  });
}

/** Every name that is used is a name of something. */
function checkReferences({ members, trunks, keys, policies }: Draft): Complaint[] {
  const found: Complaint[] = [];
  const check = (kind: 'member' | 'trunk', name: string | null, path: KeyPath): void => {
    const known = kind === 'member' ? members : trunks;
    if (name === null || known.has(name)) return;
    const otherwise = `write the name of one under ${kind}s, or add it there`;
    found.push(at(path, `there is no ${kind} "${name}"`, didYouMean(name, known.keys(), otherwise)));
  };
  for (const [name, member] of members) {
    for (const { path, text } of member.trunks) check('trunk', text, path);
    for (const { path, text } of [
      ...member.queues,
      ...member.liaison,
      ...member.mayTransferTo,
      ...member.mayNotTransferTo,
    ]) {
      check('member', text, path);
    }
    check('member', member.fallback, ['members', name, 'fallback']);
  }
  for (const [name, trunk] of trunks) check('member', trunk.member, ['trunks', name, 'member']);
  for (const { path, text } of policies.callBackTrunks) check('trunk', text, path);
  for (const [key, member] of keys) check('member', member, ['keys', key]);
  return found;
}

/** Fallbacks end somewhere: a caller must not be sent round in circles. Each circle is reported once. */
function checkFallbacks({ members }: Draft): Complaint[] {
  const found: Complaint[] = [];
  const settled = new Set<string>();
  for (const start of members.keys()) {
    const way: string[] = [];
    let current: string | null = start;
    while (current !== null && !settled.has(current)) {
      const seen = way.indexOf(current);
      if (seen >= 0) {
        found.push(circle(way.slice(seen)));
        break;
      }
      way.push(current);
      current = members.get(current)?.fallback ?? null;
    }
    for (const member of way) settled.add(member);
  }
  return found;
}

function circle(members: readonly string[]): Complaint {
  const last = members.at(-1) ?? '';
  const path = ['members', last, 'fallback'];
  if (members.length === 1) {
    return at(path, 'a member cannot be its own fallback', 'name another member, or write null');
  }
  const way = [...members, members[0] ?? ''].join(' > ');
  return at(
    path,
    `the fallbacks go round in a circle: ${way}`,
    'write null for the member where callers shall stay',
  );
}

/** Carriers bring callers, trunks of members reach agents; a plan without carrier answers nobody. */
function checkTrunks({ trunks, members }: Draft): Complaint[] {
  const found = [...trunks].flatMap(([name, trunk]) => {
    if (trunk.kind === undefined) return [];
    return trunk.kind === 'carrier' ? checkCarrier(name, trunk) : checkMemberTrunk(name, trunk);
  });
  for (const member of members.values()) {
    for (const { path, text } of member.trunks) {
      const trunk = trunks.get(text);
      if (trunk?.kind !== 'carrier' || trunk.has.gateways) continue;
      found.push(at(path, `carrier "${text}" has no gateway to send calls to`, 'add a gateway to it'));
    }
  }
  // A trunk of unknown kind may be the carrier; that there is none is known only when all kinds are.
  if (trunks.size > 0 && [...trunks.values()].every((trunk) => trunk.kind === 'member')) {
    found.push(at(['trunks'], 'there is no carrier, so no caller gets in', 'add a trunk with kind: carrier'));
  }
  return found;
}

function checkCarrier(name: string, { has }: TrunkDraft): Complaint[] {
  const found: Complaint[] = [];
  if (has.member) {
    const remedy = 'remove the member, or write kind: member';
    found.push(at(['trunks', name, 'member'], 'a carrier belongs to no member', remedy));
  }
  if (!has.sources) {
    const remedy = 'add sources, the addresses that its calls come from';
    found.push(at(['trunks', name, 'sources'], 'no call can come in from this carrier', remedy));
  }
  return found;
}

function checkMemberTrunk(name: string, { has }: TrunkDraft): Complaint[] {
  const found: Complaint[] = [];
  if (!has.member) {
    const remedy = 'add member, the one whose agents are behind it';
    found.push(at(['trunks', name, 'member'], 'a trunk of kind member needs its member', remedy));
  }
  if (!has.gateways) {
    found.push(at(['trunks', name, 'gateways'], 'no call can go out to this member', `add ${GATEWAY_FORM}`));
  }
  return found;
}

function checkGateways({ trunks }: Draft): Complaint[] {
  const found: Complaint[] = [];
  for (const [name, trunk] of trunks) {
    const seen = new Set<string>();
    for (const { index, text } of trunk.gateways) {
      const path = ['trunks', name, 'gateways', index];
      const gateway = parseGateway(text, name);
      if (gateway === undefined) {
        found.push(at(path, `${JSON.stringify(text)} is no gateway`, `write ${GATEWAY_FORM}`));
      } else if (seen.has(gateway.id)) {
        found.push(at(path, `${text} is in this list already`, 'remove one of the two'));
      } else {
        seen.add(gateway.id);
      }
    }
  }
  return found;
}

/** A source belongs to one trunk: else it would be left to chance who a call comes from. */
function checkSources({ trunks }: Draft): Complaint[] {
  const found: Complaint[] = [];
  const owners = new Map<string, KeyPath>();
  for (const [name, trunk] of trunks) {
    for (const { index, text } of trunk.sources) {
      const path = ['trunks', name, 'sources', index];
      const parsed = parseSource(text);
      if (!parsed.ok) {
        found.push(at(path, parsed.message, parsed.remedy));
        continue;
      }
      const key = blockKey(parsed.block);
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, path);
      else {
        const message = `${text} is claimed already, see ${formatKeyPath(owner)}`;
        found.push(at(path, message, 'narrow one of the two, by a longer prefix or a port'));
      }
    }
  }
  return found;
}
