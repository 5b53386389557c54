// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// The one chart: refusals per hour. The same figures stand in a table below it.

import uPlot from 'uplot'

export function startChart() {
  const place = document.querySelector('[data-chart]')
  if (!place) return
  const { hours, refused } = JSON.parse(place.dataset.chart)
  let plot
  const draw = () => {
    plot?.destroy()
    const style = getComputedStyle(place)
    const ink = colour(style, '--ink-soft')
    const line = colour(style, '--line')
    const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: '12px Inter, system-ui' }
    plot = new uPlot(
      {
        width: place.clientWidth - 16,
        height: 205,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false } },
        scales: { x: { range: (_, min, max) => [min - 1900, max + 1900] }, y: { range: (_, __, max) => [0, Math.max(4, max * 1.1)] } },
        axes: [{ ...axis, size: 28, values: (_, at) => at.map(clock) }, { ...axis, size: 42, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 100000] }],
        series: [
          {},
          { label: 'Refused', stroke: colour(style, '--bad-fill'), fill: colour(style, '--bad-ground'), width: 1.5,
            paths: uPlot.paths.bars({ size: [0.75, 40], radius: 0.15 }), points: { show: false } },
        ],
      },
      [hours, refused],
      place,
    )
  }
  draw()
  // A canvas does not wait for its font.
  document.fonts.load('12px Inter').then(draw, () => {})
  document.addEventListener('theme', draw)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
  new ResizeObserver(() => {
    if (plot && Math.abs(plot.width - (place.clientWidth - 16)) > 1) plot.setSize({ width: place.clientWidth - 16, height: 205 })
  }).observe(place)
}

// clock names an hour the way the table below does: UTC, 24 hours.
function clock(seconds) {
  return new Date(seconds * 1000).toISOString().slice(11, 16)
}

// colour resolves light-dark(), which a canvas does not understand.
function colour(style, name) {
  const probe = document.createElement('span')
  probe.style.color = `var(${name})`
  document.body.append(probe)
  const value = getComputedStyle(probe).color
  probe.remove()
  return value
}
