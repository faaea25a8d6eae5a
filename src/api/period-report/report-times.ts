import type { ReportLength } from './report-period.js';

/** Moments as a report shows them, in the city's time zone. */
export class ReportTimes {
  readonly #minute: Intl.DateTimeFormat;

  /** @param timezone IANA name */
  constructor(timezone: string) {
    // Sweden writes dates as ISO 8601 does.
    this.#minute = new Intl.DateTimeFormat('sv-SE', {
      timeZone: timezone,
      dateStyle: 'short',
      timeStyle: 'short',
    });
  }

  /** `2026-10-03 08:00`. */
  minute(iso: string): string {
    return this.#minute.format(new Date(iso));
  }

  /** `2026-10-03`. */
  day(iso: string): string {
    return this.minute(iso).slice(0, 10);
  }

  /** The day on which a time before a moment ends. */
  lastDay(endsAt: string): string {
    return this.day(new Date(Date.parse(endsAt) - 1).toISOString());
  }

  /** A period as a title has it: `2026年10月`, `October 2026`. */
  period(of: ReportLength, startsAt: string, endsAt: string, language: 'zh' | 'en'): string {
    const first = this.day(startsAt);
    const [year = '', month = '', day = ''] = first.split('-');
    const quarter = Math.ceil(Number(month) / 3);
    switch (of) {
      case 'day':
        return language === 'zh' ? `${year}年${Number(month)}月${Number(day)}日` : first;
      case 'week':
        return `${first} ${language === 'zh' ? '至' : 'to'} ${this.lastDay(endsAt)}`;
      case 'month':
        return language === 'zh'
          ? `${year}年${Number(month)}月`
          : `${MONTHS[Number(month) - 1] ?? month} ${year}`;
      case 'quarter':
        return language === 'zh'
          ? `${year}年第${QUARTERS[quarter - 1] ?? quarter}季度`
          : `Q${quarter} ${year}`;
      case 'year':
        return language === 'zh' ? `${year}年` : year;
    }
  }
}

const QUARTERS = ['一', '二', '三', '四'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
