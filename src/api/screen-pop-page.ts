/** The screen pop as a plain page: Chinese first, then English; no script, nothing loaded from elsewhere. */
import { createHash } from 'node:crypto';
import type { TransferMode } from '../ledger/records.js';
import { escaped, localTime } from './page-text.js';
import type { MemberRef, ScreenPop } from './screen-pop.js';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }
body { max-width: 44rem; margin: 1.5rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem; margin: 0 } h1 b { font-size: 2rem; display: block }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .5rem 1.5rem; margin-top: 1.5rem }
dt small { display: block; opacity: .7 } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
.note { font-size: 1.15rem; border-left: .25rem solid #c60; padding-left: .75rem }
`;

/** What a browser may do with the page: show it, and nothing more. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  // The address has the key in it.
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
};

const MODES: Readonly<Record<TransferMode, string>> = {
  blind: '直接转接 blind',
  consult: '咨询转接 consult',
  conference: '三方通话 conference',
  alert: '信息通报 alert',
};

/** The page of a call. */
export function screenPopPage(pop: ScreenPop): string {
  const { caller, transfer, location } = pop;
  const number = caller.number ?? '号码保密 withheld';
  const state = pop.live ? '通话中 live' : '已结束 ended';
  const rows: (string | null)[] = [
    row('状态', 'State', `${state} · ${localTime(pop.startedAt)} – ${localTime(pop.endedAt)}`),
    row('来电人', 'Caller’s name', caller.name),
    row('要求保密', 'Asks for privacy', caller.privacy),
    row('首拨热线', 'First called', joined(pop.firstDialled, named(pop.firstMember))),
    row('转接方', 'Sent by', transfer && joined(named(transfer.from), transfer.agent)),
    row('转往', 'Sent to', transfer && named(transfer.to)),
    row('方式', 'How', transfer && `${MODES[transfer.mode]} · ${transfer.state}`),
    row('事项', 'Matter', transfer?.matter),
    row('备注', 'Note', transfer?.note, 'note'),
    row('经过', 'Path', pop.path.map((member) => named(member)).join(' → ')),
    row('位置', 'Location', location && locationText(location)),
    row('编号', 'Id', joined(pop.callId, transfer === null ? null : transfer.id)),
  ];
  return page(number, `<h1>来电 Call from <b>${escaped(number)}</b></h1>\n<dl>${rows.join('')}</dl>`);
}

/** A page with one sentence in both languages. */
export function messagePage(zh: string, en: string): string {
  return page(zh, `<h1>${escaped(zh)}</h1>\n<p>${escaped(en)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body>${body}</body></html>
`;
}

function row(zh: string, en: string, value: string | null | undefined, kind = ''): string {
  if (!value) return '';
  const attribute = kind === '' ? '' : ` class="${kind}"`;
  return `\n<dt>${zh}<small>${en}</small></dt><dd${attribute}>${escaped(value)}</dd>`;
}

function named(member: MemberRef | null): string | null {
  if (member === null) return null;
  return member.name === null ? member.id : `${member.number} ${member.name.zh} ${member.name.en}`;
}

function joined(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

function locationText({ address, point, references }: NonNullable<ScreenPop['location']>): string {
  const around = point?.radius == null ? '' : ` ± ${point.radius} m`;
  const place = point === null ? null : `${point.latitude}, ${point.longitude}${around}`;
  return [address, place, ...references].filter((line) => line !== null).join('\n');
}
