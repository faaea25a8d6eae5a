/** A recording as a plain page with a player: Chinese first, then English; no script, nothing loaded from elsewhere. */
import { createHash } from 'node:crypto';
import type { DialPlan } from '../dialplan/plan.js';
import type { RecordingRecord } from '../ledger/records.js';
import { escaped, localTime } from './page-text.js';

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif }
body { max-width: 44rem; margin: 1.5rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem } audio { width: 100% }
table { border-collapse: collapse; margin-top: 1.5rem; width: 100% } th, td { text-align: left; padding: .3rem .6rem }
tr { border-bottom: 1px solid #8884 } small { opacity: .7; overflow-wrap: anywhere }
`;

/** What a browser may do with the page: show it and play from this server, and nothing more. */
export const RECORDING_PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; media-src 'self'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  // The address has the key in it.
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex',
};

/** @param audio path that the player fetches */
export function recordingPage(recording: RecordingRecord, audio: string, plan: DialPlan): string {
  const { startedAt, voices, sha256, id } = recording;
  const nameOf = (member: string | null): string => {
    const known = plan.members.get(member ?? '');
    return known === undefined ? (member ?? '') : `${known.name.zh} ${known.name.en}`;
  };
  const rows = voices.map(({ channel, member, leg, fromAt, toAt }) => {
    const who = channel === 'left' ? '来电人 caller' : nameOf(member);
    const side = channel === 'left' ? '左 left' : '右 right';
    const cells = [side, who, offset(fromAt - startedAt), offset(toAt - startedAt), leg];
    return `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;
  });
  const head = ['声道 channel', '谁 who', '从 from', '到 to', '通道 leg'];
  const title = `录音 Recording ${localTime(startedAt)}`;
  return `<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><style>${STYLE}</style></head>
<body><h1>${escaped(title)}</h1>
<audio controls preload="metadata" src="${escaped(audio)}"></audio>
<table><tr>${head.map((cell) => `<th>${cell}</th>`).join('')}</tr>${rows.join('')}</table>
<p><small>${escaped(id)} · SHA-256 ${escaped(sha256 ?? '–')}</small></p></body></html>
`;
}

/** Milliseconds as `1:02.345`. */
function offset(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  return `${minutes}:${((milliseconds - minutes * 60_000) / 1000).toFixed(3).padStart(6, '0')}`;
}
