// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Relative times move on, and the exact one on hover is also given in the reader's own time zone.
// The steps are those of the server, so that nothing jumps when this begins.

const every = 15000

export function startTimes() {
  tick()
  setInterval(tick, every)
  document.addEventListener('htmx:afterSwap', tick)
}

function tick() {
  const now = Date.now()
  for (const el of document.querySelectorAll('time[data-ago]')) {
    const at = Date.parse(el.dateTime)
    const text = ago(at, now)
    if (text && el.textContent !== text) el.textContent = text
    if (!el.dataset.local) {
      el.dataset.local = 'yes'
      const local = new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })
      el.title = `${local}\n${el.title}`
    }
  }
}

// said is what the page's language has for it; the units have no forms for numbers, or the script would have
// to count in every language.
const said = JSON.parse(document.documentElement.dataset.times ?? '{}')

function ago(at, now) {
  const s = Math.round((now - at) / 1000)
  const a = Math.abs(s)
  if (a < 10) return said.now
  const steps = [[60, 1, 'seconds'], [3600, 60, 'minutes'], [86400, 3600, 'hours'], [30 * 86400, 86400, 'days']]
  const step = steps.find(([below]) => a < below)
  if (!step) return null
  const long = said[step[2]].replace('{n}', String(Math.floor(a / step[1])))
  return said[s < 0 ? 'ahead' : 'ago'].replace('{t}', long)
}
