/** Why calls, legs and transfers ended, in words. Imports nothing that a browser has not: the pages have it, too. */
import type { Told } from './told.js';

const named = (zh: string, en: string): Told => ({ zh, en });

/** Of calls and transfers, by our words. */
const CAUSES: Readonly<Record<string, Told>> = {
  abandoned: named('来电人放弃', 'given up by the caller'),
  'agent-busy': named('回拨坐席正忙', 'the agent who calls back is busy'),
  'agent-media-refused': named('回拨坐席话机媒体不兼容', 'the media of the agent’s phone did not fit'),
  'agent-no-answer': named('回拨坐席未接听', 'the agent who calls back did not answer'),
  'agent-rejected': named('回拨坐席拒接', 'the agent who calls back declined'),
  'agent-unreachable': named('回拨坐席话机未注册', 'the agent who calls back has no phone'),
  'all-targets-failed': named('所有坐席均未接通', 'no desk took it'),
  'bad-refer': named('转接请求不完整', 'incomplete request to transfer'),
  busy: named('对方忙', 'busy'),
  'caller-hung-up': named('来电人已挂机', 'the caller hung up'),
  cancelled: named('坐席取回来电人', 'taken back by the agent'),
  closed: named('不在受理时间', 'closed'),
  overloaded: named('服务器繁忙', 'the server did not keep up'),
  draining: named('服务器正在停机', 'the server was stopping'),
  full: named('线路或坐席已满', 'all desks or lines busy'),
  'hop-limit': named('转接次数已达上限', 'moved as often as is allowed'),
  'hung-up': named('通话中挂机', 'hung up'),
  'hunt-timeout': named('呼叫坐席超时', 'no desk took it in time'),
  limit: named('达到通话时长上限', 'limit of the length'),
  loop: named('来电人已在该热线', 'the caller was with that hotline already'),
  lost: named('信令中断', 'signalling lost'),
  merged: named('并入另一通话', 'became part of another call'),
  'media-refused': named('媒体不兼容', 'no audio in common'),
  'mode-unavailable': named('当前媒体服务不支持该方式', 'the media server cannot do that'),
  'no-answer': named('对方无人接听', 'no answer'),
  'no-audio': named('没有可用的语音编码', 'no audio that fits'),
  'no-media': named('媒体服务器不应答', 'no media server'),
  'not-a-member': named('不是成员热线的号码', 'no member'),
  'not-allowed': named('该通话不能转接', 'the call cannot be transferred'),
  'not-made': named('未能呼出', 'the call could not be made'),
  'not-permitted': named('拨号方案不允许转往该热线', 'not permitted by the dial plan'),
  'not-talking': named('不在通话中', 'nobody was talking'),
  operator: named('管理员结束', 'ended by an operator'),
  'other-party-left': named('对方已挂机', 'the other party left'),
  refused: named('被拒绝', 'refused'),
  rejected: named('对方拒接', 'declined'),
  restart: named('服务器重启时中断', 'cut off by a restart'),
  'taken-back': named('坐席取回来电人', 'taken back by the agent'),
  'target-hung-up': named('对方在接通时挂机', 'the target hung up as it was connected'),
  'target-left': named('对方已离开', 'the target left'),
  'too-many-hops': named('信令转发次数过多', 'passed on by SIP too often'),
  'transfer-pending': named('已有转接正在进行', 'another transfer was under way'),
  transferred: named('已转接', 'transferred'),
  'unknown-dialog': named('找不到要接续的通话', 'the call to be taken up was not found'),
  'unknown-number': named('不是成员热线的号码', 'no number of a member'),
  unreachable: named('对方话务系统连不上', 'their phone system cannot be reached'),
};

/** Of legs, by SIP status (RFC 3261 §21). */
const STATUSES: Readonly<Record<string, Told>> = {
  none: named('没有应答任何状态', 'no status'),
  '400': named('请求有误', 'bad request'),
  '401': named('未认证', 'unauthorized'),
  '403': named('被禁止', 'forbidden'),
  '404': named('号码不存在', 'not found'),
  '405': named('方法不允许', 'method not allowed'),
  '408': named('请求超时', 'request timeout'),
  '410': named('号码已停用', 'gone'),
  '415': named('不支持的媒体类型', 'unsupported media type'),
  '420': named('不支持的扩展', 'bad extension'),
  '433': named('不接匿名来电', 'anonymity disallowed'),
  '480': named('暂时无法接通', 'temporarily unavailable'),
  '481': named('通话已不存在', 'call does not exist'),
  '482': named('检测到环路', 'loop detected'),
  '483': named('转发次数过多', 'too many hops'),
  '484': named('号码不完整', 'address incomplete'),
  '486': named('坐席正忙', 'busy here'),
  '487': named('呼叫已取消', 'request terminated'),
  '488': named('媒体不兼容', 'not acceptable here'),
  '500': named('服务器内部错误', 'server error'),
  '501': named('功能未实现', 'not implemented'),
  '502': named('网关错误', 'bad gateway'),
  '503': named('服务不可用', 'service unavailable'),
  '504': named('网关超时', 'server timeout'),
  '600': named('全线忙', 'busy everywhere'),
  '603': named('拒接', 'decline'),
  '604': named('号码不存在', 'does not exist anywhere'),
};

/** What ended how: calls and transfers have causes by our words, legs a SIP status. */
export interface Cause {
  readonly kind: 'call' | 'leg' | 'transfer';
  readonly cause: string;
}

/** A cause in words, a SIP status with its number; what has no words is told as it is. */
export function causeTold({ kind, cause }: Cause): Told {
  const name = kind === 'leg' ? STATUSES[cause] : CAUSES[cause];
  if (name === undefined) return named(cause, cause);
  return kind === 'leg' && cause !== 'none' ? named(`${cause} ${name.zh}`, `${cause} ${name.en}`) : name;
}

/** Why a call back did not reach the caller: who gives such a call up is the agent. */
export function callBackCauseTold(cause: string): Told {
  return cause === 'abandoned'
    ? named('坐席先挂机', 'the agent hung up first')
    : causeTold({ kind: 'call', cause });
}

/** A cause in words of one language; see causeTold. */
export function causeName(cause: Cause, language: 'zh' | 'en'): string {
  return causeTold(cause)[language];
}
