/** Times as the page shows them, in the browser's time zone. */
const two = (value: number): string => String(value).padStart(2, '0');

/** `3:07`, `1:02:15`. */
export function asDuration(ms: number | null): string {
  if (ms === null) return '—';
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `2026-11-21`. */
export function asDate(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** `14:03:59`. */
export function asClock(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `2026-11-21 14:03:59`. */
export function asMoment(iso: string | null): string {
  if (iso === null) return '—';
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : `${asDate(at)} ${asClock(at)}`;
}

/** `14:03:59.120`. */
export function asExactClock(iso: string): string {
  const at = new Date(iso);
  return `${asClock(at)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** `+12.345 s`, after the start of a call. */
export function asOffset(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${(Math.abs(ms) / 1000).toFixed(3)} s`;
}

/** `95.3 %`; a dash of nothing. */
export function asShare(share: number | null): string {
  if (share === 1) return '100 %';
  // Not rounded up: 94.96 % misses a goal of 95 %.
  return share === null ? '—' : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/** `19,684,000`. */
export function asCount(count: number): string {
  return count.toLocaleString('en');
}

/** `3.2 s`; a dash of nothing. */
export function asSeconds(ms: number | null): string {
  return ms === null ? '—' : `${(ms / 1000).toFixed(1)} s`;
}

/** How much more or less than before: `+3.2 %`, `−0.4 %`; empty of nothing before. */
export function asChange(now: number | null, before: number | null): string {
  if (now === null || before === null || before === 0) return '';
  return signed((now / before - 1) * 100, '%');
}

/** How much more or less a share is than before: `+0.3` per cent points, as `unit` calls them. */
export function asPoints(now: number | null, before: number | null, unit: string): string {
  return now === null || before === null ? '' : signed((now - before) * 100, unit);
}

function signed(value: number, unit: string): string {
  const text = Math.abs(value).toFixed(1);
  const sign = text === '0.0' ? '±' : value < 0 ? '−' : '+';
  return `${sign}${text} ${unit}`;
}
