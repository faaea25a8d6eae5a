/** Charts of the statistics page, as ECharts takes them. Sizes go by that of the page's text; pixels. */
import type { EChartsCoreOption } from 'echarts/core';

/** Of the page. By its name, since the width of words is measured with it. */
const FONT = 'system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';
const INK = '#1d2733';
const QUIET = '#55606e';
const LINE = '#d5dbe3';
const ALARM = '#b3261e';
/** Told apart by everybody, also in grey: dark blue and light orange. */
const ANSWERED = '#0b5fb0';
const LOST = '#f0a860';
/** Months in one chart, from the one that is looked at to the one furthest away; also told apart by how they are drawn. */
const MONTHS = [
  { color: '#0b5fb0', width: 3, type: 'solid' },
  { color: '#d1730a', width: 2, type: 'solid' },
  { color: '#6c7a89', width: 2, type: 'dashed' },
  { color: '#8a5aa8', width: 2, type: 'dotted' },
] as const;
/** Of the calls of any 24 hours, shall be answered (GB/T 33358); per cent. */
const GOAL = 95;

/** What a stretch of time shows; shares in per cent, null of no calls. */
export interface Point {
  readonly name: string;
  readonly answered: number;
  readonly lost: number;
  readonly answeredShare: number | null;
  readonly inTimeShare: number | null;
}

/** How what a chart shows is called. */
export interface CurveNames {
  readonly answered: string;
  readonly lost: string;
  readonly answeredShare: string;
  readonly inTimeShare: string;
  readonly goal: string;
}

const axisText = (text: number) => ({ color: QUIET, fontSize: text * 0.8 });

function legend(text: number): object {
  return {
    top: 0,
    left: 'center',
    icon: 'roundRect',
    itemWidth: text,
    itemHeight: text * 0.6,
    itemGap: text,
    textStyle: { color: INK, fontSize: text * 0.85 },
  };
}

function tooltip(text: number): object {
  return { trigger: 'axis', confine: true, textStyle: { color: INK, fontSize: text * 0.85 } };
}

function values(text: number, more: object): object {
  return {
    type: 'value',
    splitLine: { lineStyle: { color: LINE } },
    axisLabel: axisText(text),
    ...more,
  };
}

/** Calls of each stretch, answered and not, one on the other; and below what share was answered, and in time. */
export function callsChart(points: readonly Point[], names: CurveNames, text: number): EChartsCoreOption {
  const categories = {
    type: 'category',
    data: points.map(({ name }) => name),
    axisLine: { lineStyle: { color: QUIET } },
  };
  const shares = points.flatMap(({ answeredShare, inTimeShare }) => [
    answeredShare ?? 100,
    inTimeShare ?? 100,
  ]);
  const least = Math.max(0, Math.floor(Math.min(90, ...shares) / 10) * 10);
  const line = { type: 'line', xAxisIndex: 1, yAxisIndex: 1, symbol: 'none', connectNulls: true };
  return {
    textStyle: { fontFamily: FONT },
    legend: legend(text),
    tooltip: tooltip(text),
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    grid: [
      { left: text * 4, right: text, top: text * 2, height: '48%' },
      { left: text * 4, right: text, bottom: text * 1.8, height: '24%' },
    ],
    xAxis: [
      { ...categories, gridIndex: 0, axisLabel: { show: false }, axisTick: { show: false } },
      { ...categories, gridIndex: 1, axisLabel: { ...axisText(text), hideOverlap: true } },
    ],
    yAxis: [
      values(text, { gridIndex: 0, minInterval: 1, splitNumber: 4 }),
      values(text, {
        gridIndex: 1,
        min: least,
        max: 100,
        interval: (100 - least) / 2,
        axisLabel: { ...axisText(text), formatter: '{value} %' },
      }),
    ],
    series: [
      {
        name: names.answered,
        type: 'bar',
        stack: 'calls',
        color: ANSWERED,
        data: points.map((one) => one.answered),
      },
      { name: names.lost, type: 'bar', stack: 'calls', color: LOST, data: points.map((one) => one.lost) },
      {
        ...line,
        name: names.answeredShare,
        color: ANSWERED,
        lineStyle: { width: 2 },
        data: points.map((one) => one.answeredShare),
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: ALARM, type: 'dashed' },
          label: { formatter: names.goal, position: 'insideEndBottom', color: ALARM, fontSize: text * 0.75 },
          data: [{ yAxis: GOAL }],
        },
      },
      {
        ...line,
        name: names.inTimeShare,
        color: '#d1730a',
        lineStyle: { width: 2, type: 'dotted' },
        data: points.map((one) => one.inTimeShare),
      },
    ],
  };
}

/** A month, and its calls day by day; a day that has not come yet has none. */
export interface MonthLine {
  readonly month: string;
  readonly days: readonly (number | null)[];
}

/** Calls of several months in one chart, by the day of the month. */
export function monthsChart(lines: readonly MonthLine[], text: number): EChartsCoreOption {
  const days = Math.max(28, ...lines.map((one) => one.days.length));
  return {
    textStyle: { fontFamily: FONT },
    legend: legend(text),
    tooltip: tooltip(text),
    grid: { left: text * 4, right: text, top: text * 2, bottom: text * 1.8 },
    xAxis: {
      type: 'category',
      data: Array.from({ length: days }, (_, day) => String(day + 1)),
      axisLabel: axisText(text),
      axisLine: { lineStyle: { color: QUIET } },
    },
    yAxis: values(text, { minInterval: 1, splitNumber: 4 }),
    series: lines.map(({ month, days: data }, index) => {
      const { color, width, type } = MONTHS[index] ?? MONTHS[0];
      return { name: month, type: 'line', symbol: 'none', color, lineStyle: { width, type }, data };
    }),
  };
}
