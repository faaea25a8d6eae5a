import type { AuditRecord, LegRecord, RecordingRecord, TransferRecord } from '../records.js';
import { actionTold, detailTold } from '../words/audit-words.js';
import { causeTold } from '../words/cause-words.js';
import type { MemberNames, Told } from '../words/told.js';
import * as zh from './chinese-terms.js';

/** Each thing that can happen to a call, in words. */
export const LADDER_WORDS = { leg, transfer, recording, audit } as const;

interface LegWords {
  readonly started: Told;
  readonly ringing: Told;
  readonly answered: Told;
  readonly ended: Told;
}

function leg(record: LegRecord, names: MemberNames): LegWords {
  const { role, direction, agent, trunk, callerNumber, numberDialled, numberCalled, transferId } = record;
  const inbound = direction === 'in';
  const member = record.member === null ? null : names(record.member);
  const who: Told = member ?? { zh: zh.ROLES[role], en: role };
  const by: Told = both(agent, (name) => ({ zh: `（${name}）`, en: ` (${name})` }));
  const over: Told = both(trunk, (name) => ({ zh: `，经 ${name}`, en: ` over ${name}` }));
  const number: Told =
    callerNumber === null
      ? { zh: '（号码保密）', en: 'with a withheld number' }
      : { zh: callerNumber, en: callerNumber };
  const purpose: Told =
    role === 'monitor'
      ? { zh: '，用于监听', en: ' to listen' }
      : transferId === null
        ? { zh: '', en: '' }
        : { zh: '，用于转接', en: ' for the transfer' };
  return {
    started: inbound
      ? {
          zh: `${zh.ROLES[role]}${by.zh} ${number.zh} 拨打 ${numberDialled}${over.zh}`,
          en: `${role}${by.en} ${number.en} calls ${numberDialled}${over.en}`,
        }
      : {
          zh: `呼叫 ${who.zh}：${numberCalled}${over.zh}${purpose.zh}`,
          en: `${who.en} is called at ${numberCalled}${over.en}${purpose.en}`,
        },
    ringing: inbound
      ? { zh: `${who.zh}听到回铃`, en: `${who.en} hears ringing` }
      : { zh: `${who.zh}振铃`, en: `${who.en} rings` },
    answered: inbound
      ? { zh: `${who.zh}已被接听`, en: `${who.en} is answered` }
      : { zh: `${who.zh}${by.zh}接听`, en: `${who.en}${by.en} answers` },
    ended: legEnd(record, who),
  };
}

function legEnd({ outcome, endedBy, sipStatus, reason, talkMs }: LegRecord, who: Told): Told {
  const status: Told =
    sipStatus === null || sipStatus === 200
      ? { zh: '', en: '' }
      : causeTold({ kind: 'leg', cause: String(sipStatus) });
  const talk: Told = both(talkMs, (ms) => ({
    zh: `，通话 ${seconds(ms)} 秒`,
    en: ` after ${seconds(ms)} s of talk`,
  }));
  const why: Told = both(reason, (text) => {
    const cause = causeTold({ kind: 'call', cause: text });
    return { zh: `（${cause.zh}）`, en: ` (${cause.en})` };
  });
  return {
    zh: `${who.zh}：${zh.LEG_OUTCOMES[outcome]}${spaced(status.zh)}，结束方：${zh.ENDED_BY[endedBy]}${talk.zh}${why.zh}`,
    en: `${who.en}: ${outcome}${spaced(status.en)}, ended by ${endedBy}${talk.en}${why.en}`,
  };
}

interface TransferWords {
  readonly requested: Told;
  readonly completed: Told;
  readonly failed: Told;
}

function transfer(record: TransferRecord, names: MemberNames): TransferWords {
  const { trigger, mode, requestedTarget, matter, note, switchMs, outcome, cause } = record;
  const alert = mode === 'alert';
  const from: Told = record.fromMember === null ? { zh: '有人', en: 'somebody' } : names(record.fromMember);
  const to: Told = record.toMember === null ? { zh: '非成员单位', en: 'no member' } : names(record.toMember);
  const about: Told = {
    zh: `${matter === null ? '' : `；事项：${matter}`}${note === null ? '' : `；备注：${note}`}`,
    en: `${matter === null ? '' : `; matter ${matter}`}${note === null ? '' : `; note: ${note}`}`,
  };
  const after: Told = both(switchMs, (ms) => ({
    zh: `，用时 ${seconds(ms)} 秒`,
    en: ` ${seconds(ms)} s after it was asked for`,
  }));
  const why: Told = both(cause, (text) => {
    const name = causeTold({ kind: 'transfer', cause: text });
    return { zh: `：${name.zh}`, en: `: ${name.en}` };
  });
  const how: Told = {
    zh: `（${zh.TRIGGERS[trigger]} ${requestedTarget}，${zh.MODES[mode]}）`,
    en: `(${trigger} ${requestedTarget}, ${mode})`,
  };
  return {
    requested: {
      zh: `${from.zh} ${alert ? '请求通报' : '请求转接到'} ${to.zh}${how.zh}${about.zh}`,
      en: `${from.en} asks ${alert ? `to alert ${to.en}` : `to transfer to ${to.en}`} ${how.en}${about.en}`,
    },
    completed: alert
      ? { zh: `${to.zh} 已获通报`, en: `${to.en} is alerted` }
      : { zh: `来电人已接通 ${to.zh}${after.zh}`, en: `the caller is connected to ${to.en}${after.en}` },
    failed: {
      zh: `${alert ? '通报' : '转接到'} ${to.zh} ${zh.TRANSFER_OUTCOMES[outcome]}${why.zh}`,
      en: `${alert ? 'alert' : 'transfer'} to ${to.en} ${outcome}${why.en}`,
    },
  };
}

function recording(record: RecordingRecord): { readonly started: Told; readonly ended: Told } {
  const { outcome, endedBy, cause, file, durationMs, requestedBy } = record;
  const by: Told =
    requestedBy === null
      ? { zh: '按拨号方案', en: 'as the dial plan says' }
      : { zh: `应 ${requestedBy} 的要求`, en: `at the request of ${requestedBy}` };
  const length: Told = both(durationMs, (ms) => ({ zh: `${seconds(ms)} 秒，`, en: `${seconds(ms)} s` }));
  const kept: Told =
    file === null
      ? { zh: zh.RECORDING_OUTCOMES[outcome], en: outcome }
      : { zh: `${length.zh}存于 ${file}`, en: `${length.en} in ${file}` };
  const why = cause === null ? '' : `: ${cause}`;
  return {
    started: { zh: `开始录音，${by.zh}`, en: `recording begins, ${by.en}` },
    ended: {
      zh: `录音结束（${zh.RECORDING_ENDS[endedBy]}）：${kept.zh}${why}`,
      en: `recording ends (${endedBy}): ${kept.en}${why}`,
    },
  };
}

function audit(record: AuditRecord, names: MemberNames): Told {
  const { actor, action, subject } = record;
  const done = actionTold(action);
  const detail = detailTold(record, names);
  return {
    zh: `${actor} ${done.zh}（${subject}）${detail.zh === '' ? '' : `：${detail.zh}`}`,
    en: `${actor}: ${done.en} (${subject})${detail.en === '' ? '' : `: ${detail.en}`}`,
  };
}

function spaced(text: string): string {
  return text === '' ? '' : ` ${text}`;
}

function both<T>(value: T | null, told: (value: T) => Told): Told {
  return value === null ? { zh: '', en: '' } : told(value);
}

/** With one digit after the point. */
function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}
