// Charts read their numbers from the table beside them, so picture and text can't differ.
// SVG renderer and rich-text tooltips: no inline style attribute, so a strict CSP passes.
//
// <div data-chart="waterfall|stacked|bars|line" data-table="ID" data-label="…" data-unit="百万円">
// waterfall  column 1 = name, column 2 = change (＋/−); rows marked data-whole are levels, not changes
// stacked    column 1 = category, each further column = one series, summed in one bar
// bars       like stacked, series side by side
// line       like bars, drawn as lines over time
// Column heads may carry data-colour (rest fresh cash setoff fix stop) and data-skip; rows may carry data-colour.
'use strict';

const css = getComputedStyle(document.documentElement);
const token = (name) => css.getPropertyValue(name).trim();
const COLOUR = {
  rest: token('--color-neutral-solid-gray-300'),
  fresh: token('--color-primitive-orange-800'),
  cash: token('--color-primitive-blue-900'),
  setoff: token('--color-primitive-light-blue-500'),
  fix: token('--color-primitive-cyan-900'),
  stop: token('--color-primitive-purple-400'),
};
const INK = token('--color-neutral-solid-gray-900');
const LINE = token('--color-neutral-solid-gray-200');
const ORDER = ['cash', 'setoff', 'fresh', 'fix', 'stop', 'rest'];
// Stopped and written-off money is hatched: it is not an achievement.
const HATCH = { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: 'rgba(255,255,255,.75)' };
const FONT = { fontFamily: css.getPropertyValue('--bs-body-font-family'), fontSize: 14, color: INK };
const NUMBER = new Intl.NumberFormat('ja-JP');

function toNumber(text) {
  const plain = text.replace(/[,＋+%円]/g, '').replace(/^[−▲]/, '-');
  return plain === '—' || plain === '' ? null : Number(plain);
}

function readTable(table) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const used = heads.map((head, at) => ({ head, at })).filter(({ head, at }) => at > 0 && !('skip' in head.dataset));
  const rows = [...table.tBodies[0].rows].filter((row) => !row.classList.contains('is-empty'));
  return {
    names: rows.map((row) => row.cells[0].textContent.trim()),
    rows,
    series: used.map(({ head, at }, index) => ({
      name: head.textContent.trim().replace(/（.*）$/, ''),
      colour: head.dataset.colour ?? ORDER[index % ORDER.length],
      values: rows.map((row) => toNumber(row.cells[at].textContent.trim())),
    })),
  };
}

function common(unit, names, boundaryGap = true) {
  return {
    animation: false,
    textStyle: FONT,
    aria: { enabled: true, decal: { show: false } },
    grid: { left: 8, right: 12, top: 36, bottom: 4, containLabel: true },
    tooltip: { renderMode: 'richText', trigger: 'axis', axisPointer: { type: 'shadow' }, textStyle: FONT, valueFormatter: (value) => (value === null ? '—' : NUMBER.format(value)) },
    xAxis: { type: 'category', data: names, boundaryGap, axisTick: { show: false }, axisLabel: { ...FONT, interval: names.length > 14 ? 'auto' : 0, hideOverlap: true } },
    yAxis: { type: 'value', name: unit, nameGap: 12, nameTextStyle: { ...FONT, align: 'left', padding: [0, 0, 0, -24] }, splitNumber: 4, axisLabel: { ...FONT, formatter: (value) => NUMBER.format(value) }, splitLine: { lineStyle: { color: LINE } } },
  };
}

const legend = (data) => (data.series.length > 1 ? { legend: { top: 0, right: 0, itemWidth: 14, itemHeight: 14, itemGap: 12, textStyle: FONT, icon: 'rect' } } : {});
const paint = (colour) => ({ color: COLOUR[colour] ?? COLOUR.cash, decal: colour === 'stop' ? HATCH : undefined });

function waterfall(data, unit) {
  let level = 0;
  const feet = [];
  const bars = data.rows.map((row, at) => {
    const value = data.series[0].values[at] ?? 0;
    const whole = 'whole' in row.dataset;
    const from = whole ? 0 : level;
    level = whole ? value : level + value;
    feet.push(Math.min(from, level));
    const sign = whole ? '' : value > 0 ? '＋' : value < 0 ? '−' : '';
    return {
      value: Math.abs(level - from),
      itemStyle: paint(row.dataset.colour ?? (whole ? 'rest' : value > 0 ? 'fresh' : 'cash')),
      text: sign + NUMBER.format(Math.abs(value)),
    };
  });
  return {
    ...common(unit, data.names),
    tooltip: { show: false },
    series: [
      { type: 'bar', stack: 'level', silent: true, itemStyle: { color: 'transparent' }, data: feet },
      { type: 'bar', stack: 'level', barMaxWidth: 96, barWidth: '62%', data: bars, label: { ...FONT, show: true, position: 'top', fontWeight: 700, formatter: (point) => point.data.text } },
    ],
  };
}

function bars(data, unit, stack) {
  return {
    ...common(unit, data.names),
    ...legend(data),
    series: data.series.map((series) => ({ name: series.name, type: 'bar', stack, barMaxWidth: 64, data: series.values, itemStyle: paint(series.colour) })),
  };
}

function line(data, unit) {
  return {
    ...common(unit, data.names, false),
    ...legend(data),
    series: data.series.map((series, at) => ({
      name: series.name,
      type: 'line',
      showSymbol: false,
      lineStyle: { color: COLOUR[series.colour], width: 3, type: at ? 'dashed' : 'solid' },
      itemStyle: { color: COLOUR[series.colour] },
      areaStyle: at ? undefined : { color: COLOUR[series.colour], opacity: 0.12 },
      data: series.values,
    })),
  };
}

const KINDS = {
  waterfall,
  stacked: (data, unit) => bars(data, unit, 'total'),
  bars: (data, unit) => bars(data, unit, undefined),
  line,
};

function draw(box) {
  const table = document.getElementById(box.dataset.table);
  if (!table || !table.tBodies[0]?.rows.length) return;
  const chart = echarts.init(box, null, { renderer: 'svg' });
  chart.setOption(KINDS[box.dataset.chart](readTable(table), box.dataset.unit));
  box.setAttribute('role', 'img');
  box.setAttribute('aria-label', `${box.dataset.label}。数値は表にあります。`);
  new ResizeObserver(() => chart.resize()).observe(box);
}

function drawAll(root) {
  for (const box of root.querySelectorAll('[data-chart]:not([role="img"])')) draw(box);
}
document.fonts.ready.then(() => drawAll(document));
for (const swapped of ['htmx:afterSwap', 'htmx:oobAfterSwap']) {
  document.addEventListener(swapped, (event) => drawAll(event.target.parentElement ?? document));
}
