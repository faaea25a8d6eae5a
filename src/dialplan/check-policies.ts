import { formatKeyPath, type KeyPath } from '../config/fault.js';
import type { Complaint } from '../config/issue-faults.js';
import type { Draft } from './draft.js';
import { type KeyCode, keyCodesOf } from './key-codes.js';

/** Liaison desks are besides the desks for everybody; emergency members hold nobody off. */
export function checkTargets({ members }: Draft): Complaint[] {
  const found: Complaint[] = [];
  for (const [name, member] of members) {
    const path = (key: string): KeyPath => ['members', name, key];
    if (member.onlyLiaison) {
      const message =
        'all targets are for transfers from certain members, so nobody else reaches this member';
      found.push(complaint(path('targets'), message, 'add a target without for'));
    }
    for (const { path, text } of member.liaison.filter(({ text }) => text === name)) {
      const message = `${text} does not transfer to itself`;
      found.push(complaint(path, message, 'name the members whose transfers come to this desk'));
    }
    if (!member.emergency) continue;
    for (const key of ['hours', 'capacity'] as const) {
      if (!member.has[key]) continue;
      const what = key === 'hours' ? 'around the clock' : 'however many there are';
      const message = `an emergency member takes calls ${what}`;
      found.push(complaint(path(key), message, `remove ${key}, or write emergency: false`, 'key'));
    }
  }
  return found;
}

/** Who may transfer where is said in one way, and never keeps a caller from an emergency member. */
export function checkRights({ members }: Draft): Complaint[] {
  const found: Complaint[] = [];
  for (const [name, member] of members) {
    if (member.has.mayTransferTo && member.has.mayNotTransferTo) {
      const message = 'mayTransferTo says already who is left out';
      const path = ['members', name, 'mayNotTransferTo'];
      found.push(complaint(path, message, 'remove one of the two', 'key'));
    }
    for (const { path, text } of member.mayNotTransferTo) {
      if (members.get(text)?.emergency !== true) continue;
      const message = `everybody may transfer to ${text}, an emergency member`;
      found.push(complaint(path, message, 'remove it here'));
    }
  }
  return found;
}

/** No two codes are the same, nor the same once one of them was ended by `#`. */
export function checkKeys({ keys, policies }: Draft): Complaint[] {
  const found: Complaint[] = [];
  const taken = new Map<string, KeyCode>();
  for (const one of keyCodesOf(keys.keys(), policies.keyCodes)) {
    const other = taken.get(one.code) ?? taken.get(`${one.code}#`) ?? taken.get(one.code.replace(/#$/, ''));
    if (other === undefined) {
      taken.set(one.code, one);
      continue;
    }
    const message = `${one.code} would be both ${one.does} and ${other.does} (${other.code}, see ${formatKeyPath(other.path)})`;
    const remedy = 'choose another key here, or another code there; a # at the end makes no difference';
    found.push(complaint(one.path, message, remedy, 'key'));
  }
  return found;
}

/** Callers are behind carriers, and a carrier takes calls only where it has a gateway. */
export function checkCallBack({ policies, trunks }: Draft): Complaint[] {
  return policies.callBackTrunks.flatMap(({ path, text }) => {
    const trunk = trunks.get(text);
    if (trunk?.kind === 'member')
      return [complaint(path, `"${text}" leads to a member, not to callers`, 'name a trunk of kind carrier')];
    if (trunk?.kind !== 'carrier' || trunk.has.gateways) return [];
    return [complaint(path, `carrier "${text}" has no gateway to send calls to`, 'add a gateway to it')];
  });
}

function complaint(path: KeyPath, message: string, remedy: string, at: Complaint['at'] = 'value'): Complaint {
  return { path, message, remedy, at };
}
