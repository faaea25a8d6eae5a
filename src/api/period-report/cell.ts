/** One cell of a report: a word, or a number with what it is. */
export type Cell = TextCell | NumberCell;

export interface TextCell {
  readonly unit: 'text';
  readonly value: string;
}

export interface NumberCell {
  /**
   * - `count`: how many
   * - `share`: 0 to 1, four digits
   * - `seconds`, `times`: one decimal
   * - `change`: how many times as much it is now, less one: 0.05 is 5 % more
   * - `points`: by how much a share has changed
   */
  readonly unit: 'count' | 'share' | 'seconds' | 'times' | 'change' | 'points';
  /** Null: there is nothing to tell. */
  readonly value: number | null;
}
export type Unit = Cell['unit'];

export const text = (value: string): TextCell => ({ unit: 'text', value });
export const count = (value: number | null): NumberCell => ({ unit: 'count', value });
export const share = (value: number | null): NumberCell => ({ unit: 'share', value: rounded(value, 4) });

/** How many times as much; one decimal. */
export const times = (value: number | null): NumberCell => ({ unit: 'times', value: rounded(value, 1) });

/** Of milliseconds. */
export function seconds(ms: number | null): NumberCell {
  return { unit: 'seconds', value: ms === null ? null : Math.round(ms / 100) / 10 };
}

/** What a number is now beside what it was; of shares the difference. */
export function change({ unit, value: is }: NumberCell, { value: was }: NumberCell): NumberCell {
  if (unit === 'share')
    return { unit: 'points', value: is === null || was === null ? null : rounded(is - was, 4) };
  const known = is !== null && was !== null && was !== 0;
  return { unit: 'change', value: known ? rounded(is / was - 1, 4) : null };
}

function rounded(value: number | null, digits: number): number | null {
  return value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;
}

const whole = new Intl.NumberFormat('en');
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** What a difference of shares is told in. */
export const POINTS = { zh: '个百分点', en: 'points' } as const;

/**
 * A cell as people read it: `12,345`, `95.37 %`, `7.2`, `+3.10 %`, `+0.35 points`; a dash where there is nothing to tell.
 */
export function shown({ unit, value }: Cell, language: 'zh' | 'en'): string {
  if (value === null) return '—';
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'share':
      return `${(value * 100).toFixed(2)} %`;
    case 'change':
      return `${signed(value * 100)} %`;
    case 'points':
      return `${signed(value * 100)} ${POINTS[language]}`;
    case 'seconds':
    case 'times':
      return tenths.format(value);
    default:
      return whole.format(value);
  }
}

function signed(value: number): string {
  const sign = value > 0 ? '+' : value < 0 ? '−' : '±';
  return `${sign}${Math.abs(value).toFixed(2)}`;
}
