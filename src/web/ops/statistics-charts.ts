/** Charts of the statistics page, as ECharts takes them. */
import type { EChartsCoreOption } from 'echarts/core';
import type { Cell, Period } from './server/shapes.js';

const INK = '#1d2733';
/** Told apart by everybody, also in grey: dark blue and light orange. */
const ANSWERED = '#0b5fb0';
const LOST = '#f0a860';

/** Calls of each period: answered, and not, one on the other. */
export function curve(
  periods: readonly Period[],
  label: (startsAt: string) => string,
  names: { readonly answered: string; readonly lost: string },
): EChartsCoreOption {
  return {
    grid: { left: 48, right: 12, top: 32, bottom: 28 },
    legend: { top: 0, textStyle: { color: INK } },
    tooltip: { trigger: 'axis' },
    xAxis: { type: 'category', data: periods.map(({ startsAt }) => label(startsAt)) },
    yAxis: { type: 'value', minInterval: 1 },
    series: [
      {
        name: names.answered,
        type: 'bar',
        stack: 'calls',
        color: ANSWERED,
        data: periods.map((one) => one.answered),
      },
      {
        name: names.lost,
        type: 'bar',
        stack: 'calls',
        color: LOST,
        data: periods.map((one) => one.offered - one.answered),
      },
    ],
  };
}

/** How many transfers each pair of members had; only pairs of members that `ids` has. */
export function heatMap(
  cells: readonly Cell[],
  ids: readonly string[],
  name: (id: string) => string,
): EChartsCoreOption {
  const at = new Map(ids.map((id, index) => [id, index]));
  const data = cells.flatMap(({ fromMember, toMember, asked }) => {
    const [x, y] = [at.get(toMember ?? ''), at.get(fromMember ?? '')];
    return x === undefined || y === undefined ? [] : [[x, y, asked]];
  });
  const names = ids.map(name);
  return {
    grid: { left: 150, right: 12, top: 8, bottom: 110 },
    tooltip: {},
    xAxis: { type: 'category', data: names, axisLabel: { rotate: 45, interval: 0 } },
    yAxis: { type: 'category', data: names, inverse: true, axisLabel: { interval: 0 } },
    visualMap: {
      show: false,
      min: 0,
      max: Math.max(1, ...data.map(([, , asked]) => asked ?? 0)),
      inRange: { color: ['#eef4fb', '#7fb2e5', '#08386b'] },
    },
    series: [{ type: 'heatmap', data, label: { show: true, fontSize: 10 } }],
  };
}
