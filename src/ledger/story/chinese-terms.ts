/** What the machine-readable words of the ledger are called in Chinese. */
import type {
  EndedBy,
  LegOutcome,
  LegRole,
  RecordingEnd,
  RecordingOutcome,
  TransferMode,
  TransferOutcome,
  TransferTrigger,
} from '../records.js';

export const ROLES: Readonly<Record<LegRole, string>> = {
  caller: '来电人',
  agent: '坐席',
  target: '转接目标',
  monitor: '监听人',
};

export const LEG_OUTCOMES: Readonly<Record<LegOutcome, string>> = {
  answered: '已接通',
  rejected: '被拒绝',
  unanswered: '无人接听',
  cancelled: '已取消',
  unreachable: '无法接通',
  interrupted: '中断',
};

export const ENDED_BY: Readonly<Record<EndedBy, string>> = {
  caller: '来电人',
  agent: '坐席',
  target: '转接目标',
  monitor: '监听人',
  us: '本系统',
  operator: '值班员',
  network: '网络',
  crash: '程序中断',
};

export const TRIGGERS: Readonly<Record<TransferTrigger, string>> = {
  refer: '话机转接键',
  replaces: '话机并线',
  api: '接口',
  key: '按键',
  desk: '坐席页面',
};

export const MODES: Readonly<Record<TransferMode, string>> = {
  blind: '直接转接',
  consult: '先商后转',
  conference: '三方通话',
  alert: '通报',
};

export const TRANSFER_OUTCOMES: Readonly<Record<TransferOutcome, string>> = {
  completed: '已完成',
  failed: '未成功',
  refused: '被拒绝',
  abandoned: '来电人已挂机',
  interrupted: '中断',
};

export const RECORDING_OUTCOMES: Readonly<Record<RecordingOutcome, string>> = {
  kept: '已保存',
  empty: '没有声音',
  failed: '失败',
};

export const RECORDING_ENDS: Readonly<Record<RecordingEnd, string>> = {
  call: '通话结束',
  request: '按要求停止',
  policy: '该单位不录音',
  'no-space': '空间不足',
  crash: '程序中断',
};
