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

export function ago(at, now) {
  const s = Math.round((now - at) / 1000)
  const ahead = s < 0
  const a = Math.abs(s)
  let text
  if (a < 10) return 'just now'
  if (a < 60) text = `${a} s`
  else if (a < 3600) text = `${Math.floor(a / 60)} min`
  else if (a < 86400) text = `${Math.floor(a / 3600)} h`
  else if (a < 30 * 86400) text = `${Math.floor(a / 86400)} d`
  else return null
  return ahead ? `in ${text}` : `${text} ago`
}
