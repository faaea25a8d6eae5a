import { type CellStyle, type CellValue, type WriteSheet, writeXlsx } from 'hucre/xlsx';
import { safeText } from '../../ledger/export/xlsx.js';
import { type Cell, POINTS, shown, type Unit } from './cell.js';
import type { ReportTable } from './report-tables.js';
import type { ReportView } from './report-view.js';
import type { ReportWords } from './report-words.js';

/** How Excel shows each kind of number; what the cell holds is the number itself. */
const FORMATS: Readonly<Record<Exclude<Unit, 'text' | 'points'>, string>> = {
  count: '#,##0',
  share: '0.00%',
  seconds: '#,##0.0',
  times: '#,##0.0',
  change: '+0.00%;-0.00%;±0.00%',
};

function formatOf(unit: Exclude<Unit, 'text'>, language: 'zh' | 'en'): string {
  if (unit !== 'points') return FORMATS[unit];
  return ['+', '-', '±'].map((sign) => `${sign}0.00" ${POINTS[language]}"`).join(';');
}

const LINE = { style: 'thin', color: { rgb: 'B5BDC7' } } as const;
const BOXED: CellStyle = { border: { top: LINE, bottom: LINE, left: LINE, right: LINE } };
const HEADING: CellStyle = {
  ...BOXED,
  font: { bold: true },
  fill: { type: 'pattern', pattern: 'solid', fgColor: { rgb: 'E6EAEF' } },
  alignment: { wrapText: true, vertical: 'center', horizontal: 'center' },
};

/** First row of a table's heading; the title and an empty row come before it. */
const HEADING_ROW = 2;

/**
 * A report as an Excel workbook (ECMA-376): a sheet with what is said in words, and one for each table, ready to be
 * printed on A4. Numbers are numbers, with the same digits as on the page.
 */
export function reportWorkbook(view: ReportView, words: ReportWords): Promise<Uint8Array> {
  return writeXlsx({
    sheets: [aboutSheet(view, words), ...view.tables.map((table) => tableSheet(table, view))],
    properties: { title: `${view.title} ${view.period}` },
    defaultFont: { name: 'Microsoft YaHei', size: 10 },
  });
}

function aboutSheet(
  { title, period, about, warnings, summary, goals, method }: ReportView,
  words: ReportWords,
): WriteSheet {
  const rows: CellValue[][] = [
    [title],
    [period],
    ...about.map(([name, value]) => [`${name}  ${value}`]),
    ...warnings.map((line) => [line]),
    [''],
    [summary],
    ...goals.map((line) => [line]),
    [''],
    [words.notes],
    ...method.map((line) => [line]),
    [''],
    [words.signatures.map((who) => `${who}: ____________`).join('    ')],
  ];
  const cells = new Map(
    rows.map((_, row) => [
      `${row},0`,
      {
        style: {
          alignment: { wrapText: true, vertical: 'top' },
          ...(row < 2 ? { font: { bold: true, size: 16 - 3 * row } } : {}),
        } satisfies CellStyle,
      },
    ]),
  );
  return {
    name: words.about,
    columns: [{ width: 100 }],
    rows,
    cells,
    ...printed('portrait', `${title} ${period}`),
  };
}

function tableSheet(table: ReportTable, { title, period, language }: ReportView): WriteSheet {
  const { columns, rows, note } = table;
  const first = HEADING_ROW + 1;
  const cells = new Map<string, { style: CellStyle }>([
    ['0,0', { style: { font: { bold: true, size: 13 } } }],
  ]);
  for (const at of columns.keys()) cells.set(`${HEADING_ROW},${at}`, { style: HEADING });
  for (const [down, row] of rows.entries())
    for (const [at, cell] of row.entries())
      cells.set(`${first + down},${at}`, {
        style: styleOf(cell, language, table.sum && down === rows.length - 1),
      });
  return {
    name: sheetName(table.title),
    columns: columns.map((_, at) => ({ width: widthOf(table, at, language) })),
    rows: [
      [`${table.title}  ${period}`],
      [],
      [...columns],
      ...rows.map((row) => row.map(numberOrText)),
      ...(note === '' ? [] : [[note]]),
    ],
    cells,
    freezePane: { rows: first, columns: 1 },
    ...printed(columns.length > 7 ? 'landscape' : 'portrait', `${title} ${period}`, `$${first}:$${first}`),
  };
}

function styleOf({ unit }: Cell, language: 'zh' | 'en', bold: boolean): CellStyle {
  return {
    ...BOXED,
    ...(bold ? { font: { bold: true } } : {}),
    ...(unit === 'text' ? {} : { numFmt: formatOf(unit, language), alignment: { horizontal: 'right' } }),
  };
}

/** What has nothing to tell is empty, and shares differ by points of a hundred, so that Excel reckons with numbers alone. */
function numberOrText({ unit, value }: Cell): CellValue {
  if (typeof value === 'string') return safeText(value);
  return unit === 'points' && value !== null ? Math.round(value * 10_000) / 100 : value;
}

/** As wide as what is in it; a character of Chinese takes two. */
function widthOf({ columns, rows }: ReportTable, at: number, language: 'zh' | 'en'): number {
  const wide = (words: string): number => [...words].reduce((sum, one) => sum + (one > '\u2e7f' ? 2 : 1), 0);
  const longest = Math.max(
    wide(columns[at] ?? '') / (at === 0 ? 1 : 2),
    ...rows.map((row) => wide(shown(row[at] ?? { unit: 'text', value: '' }, language))),
  );
  return Math.min(60, Math.ceil(longest) + 2);
}

/** Excel takes 31 characters, and not all. */
function sheetName(title: string): string {
  return title.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31);
}

function printed(
  orientation: 'portrait' | 'landscape',
  title: string,
  printTitlesRow?: string,
): Pick<WriteSheet, 'pageSetup' | 'headerFooter'> {
  return {
    pageSetup: {
      paperSize: 'a4',
      orientation,
      fitToPage: true,
      fitToWidth: 1,
      fitToHeight: 0,
      ...(printTitlesRow === undefined ? {} : { printTitlesRow }),
    },
    // An ampersand would begin a code of Excel's.
    headerFooter: { oddHeader: `&C${title.replaceAll('&', '&&')}`, oddFooter: '&C&P / &N' },
  };
}
