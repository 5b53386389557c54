// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// The charts of the dashboard. What they show lies in a part of the page that stays current; the same figures
// stand in a table below each.

import uPlot from 'uplot'

const tall = 190

export function startChart() {
  const charts = [...document.querySelectorAll('[data-trend]')].map((card) => new Chart(card))
  if (!charts.length) return
  const draw = () => charts.forEach((chart) => chart.draw())
  draw()
  // A canvas does not wait for its font.
  document.fonts.load('12px Inter').then(draw, () => {})
  document.addEventListener('theme', draw)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw)
  document.addEventListener('htmx:afterSwap', () => charts.forEach((chart) => chart.renew()))
}

class Chart {
  constructor(card) {
    this.card = card
    this.place = card.querySelector('.chart')
    this.told = document.createElement('p')
    this.told.className = 'told'
    this.told.hidden = true
    this.told.ariaHidden = 'true' // the table says it
    this.place.append(this.told)
    new ResizeObserver(() => {
      if (this.plot && Math.abs(this.plot.width - this.width()) > 1) this.draw()
    }).observe(this.place)
  }

  width() {
    return this.place.clientWidth - 16
  }

  // renew draws again if there is something else to draw.
  renew() {
    if (this.card.querySelector('[data-figures]').dataset.figures !== this.drawn) this.draw()
  }

  draw() {
    this.drawn = this.card.querySelector('[data-figures]').dataset.figures
    this.plot?.destroy()
    this.plot = undefined
    this.place.hidden = !this.drawn
    this.card.querySelector('details').hidden = !this.drawn
    if (!this.drawn) return
    const figures = JSON.parse(this.drawn)
    const style = getComputedStyle(this.place)
    const ink = colour(style, '--ink-soft')
    const axis = { stroke: ink, grid: { stroke: colour(style, '--line'), width: 1 }, ticks: { show: false }, font: '12px Inter, system-ui' }
    const count = figures.labels.length
    const bars = figures.series.some((s) => s.shape === 'bars')
    const room = bars || figures.series.some((s) => s.shape === 'dots') ? 0.6 : 0
    const marks = thin(figures.labels, (this.width() - 50) / 52)
    const y = figures.most ? [0, figures.most] : (_, __, most) => [0, Math.max(4, (most ?? 0) * 1.1)]
    this.plot = new uPlot(
      {
        width: this.width(),
        height: tall,
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
        scales: { x: { time: false, range: [-room, count - 1 + room] }, y: { range: y } },
        axes: [
          { ...axis, size: 28, grid: { ...axis.grid, show: !bars }, splits: marks, values: (_, at) => at.map((i) => figures.labels[i]) },
          { ...axis, size: 48, values: (_, at) => at.map((n) => short(n) + (figures.unit ?? '')),
            incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000] },
        ],
        series: [{}, ...figures.series.map((s) => look(s, style))],
        hooks: { setCursor: [(plot) => this.tell(plot, figures)] },
      },
      [figures.labels.map((_, i) => i), ...figures.series.map((s) => s.values)],
      this.place,
    )
  }

  // tell says what is under the pointer.
  tell(plot, figures) {
    const i = plot.cursor.idx
    const at = i == null || plot.cursor.left < 0
    this.told.hidden = at
    if (at) return
    const unit = figures.unit ?? ''
    const parts = figures.series.filter((s) => s.values[i] != null).map((s) => `${s.name} ${s.values[i].toLocaleString(document.documentElement.lang)}${unit}`)
    this.told.textContent = [figures.names[i], ...parts].join(' · ')
  }
}

function look(s, style) {
  const stroke = colour(style, `--chart-${s.colour}`)
  const all = { label: s.name, stroke, points: { show: false } }
  switch (s.shape) {
    case 'bars':
      return { ...all, fill: stroke, width: 0, paths: uPlot.paths.bars({ size: [0.75, 40], radius: 0.15 }) }
    case 'area':
      return { ...all, fill: colour(style, `--chart-${s.colour}-ground`), width: 2, points: { show: alone, size: 5, fill: stroke } }
    case 'dots':
      return { ...all, width: 0, paths: () => null, points: { show: true, size: 7, fill: stroke, width: 0 } }
    default:
      return { ...all, width: 1.5, dash: [6, 3], points: { show: alone, size: 5, fill: stroke } }
  }
}

// alone shows points that have no neighbours, of which a line shows nothing.
function alone(plot, series) {
  const values = plot.data[series]
  return values.some((v, i) => v != null && values[i - 1] == null && values[i + 1] == null)
}

// thin leaves out labels until the rest has room.
function thin(labels, room) {
  const marks = labels.map((label, i) => (label ? i : -1)).filter((i) => i >= 0)
  const every = Math.max(1, Math.ceil(marks.length / Math.max(1, Math.floor(room))))
  return marks.filter((_, i) => i % every === 0)
}

// short writes thousands so that they fit beside the axis.
function short(n) {
  return n >= 10000 ? `${n / 1000}k` : n.toLocaleString(document.documentElement.lang)
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
