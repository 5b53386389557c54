// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Pages that stay current: the console says which records have changed, and those alone are asked for
// again and changed where they stand. Nothing moves; what is new is announced in a pill and comes in when
// somebody asks for it. Without a stream the page asks for everything it shows, less often.

import htmx from 'htmx.org/dist/htmx.esm.js'
import { Stream } from './stream.js'

const step = 5000
const alone = 10000 // without a stream
const anyway = 30000 // with one: nothing is for ever, and some parts may lag behind (data-slow)

export function startLive() {
  const lists = [...document.querySelectorAll('[data-live]')].filter((list) => list.dataset.live)
  const due = { all: false, ids: new Set(), news: false, page: false }
  let asking = false
  let asked = Date.now()
  const stream = new Stream(() => needs(lists), {
    rows({ all, ids }) {
      if (all) due.all = true
      else for (const id of ids) due.ids.add(id)
      ask()
    },
    news() {
      due.news = true
      ask()
    },
    page() {
      due.page = true
      ask()
    },
    applied() {
      htmx.trigger(document.body, 'applied')
    },
    job() {
      htmx.trigger(document.body, 'job')
    },
  })
  stream.renew()
  document.addEventListener('htmx:afterSwap', () => stream.renew())
  setInterval(() => {
    if (document.hidden || Date.now() - asked < (stream.open ? anyway : alone)) return
    due.all = due.news = due.page = true
    ask()
  }, step)

  // ask asks for what is due, one thing after the other.
  async function ask() {
    if (asking || document.hidden) return
    asking = true
    try {
      while (due.all || due.ids.size || due.news || due.page) {
        const { all, ids, news, page } = { ...due, ids: [...due.ids] }
        due.all = due.news = due.page = false
        due.ids.clear()
        if (all || page) asked = Date.now()
        for (const list of lists) {
          // Only records of phones are told one by one; of the rest the console says that something moved.
          if (all || !records(list) ? all || page : ids.length || news) await refresh(list, all || !records(list) ? null : ids, news)
        }
        if (all || (ofRecord() ? ids.length : page)) await refreshPane(ofRecord() && !all ? ids : null)
        if (page && document.querySelector('[data-live-part]')) refreshParts(await get(location.pathname + location.search))
      }
    } catch {
      // The network is away; the next time it may be there.
    } finally {
      asking = false
    }
  }
}

// needs says what the page shows, for the stream.
function needs(lists) {
  const query = new URLSearchParams()
  const own = lists.filter(records)
  const ids = new Set(own.flatMap(rowsOf).map((row) => row.dataset.id))
  const open = document.querySelector('#pane [data-record]')?.dataset.record
  if (open && ofRecord()) ids.add(open)
  if (own.length) query.set('list', '1')
  for (const id of ids) query.append('id', id)
  if (lists.length > own.length || (open && !ofRecord()) || document.querySelector('[data-live-part]:not([data-slow])')) query.set('page', '1')
  const number = document.querySelector('[data-applied]')?.dataset.applied
  if (number) query.set('applied', number)
  const job = document.querySelector('[data-job]')?.dataset.job
  if (job) query.set('job', job)
  return String(query) ? query : null
}

const path = (list) => list.dataset.rows ?? '/activesync/rows'
const records = (list) => path(list) === '/activesync/rows'
// ofRecord: details that are open are those of a phone's record.
const ofRecord = () => location.pathname.startsWith('/activesync/')
const rowsOf = (list) => [...list.querySelectorAll('tbody tr[data-id]')]

async function get(address) {
  const answer = await fetch(address, { credentials: 'same-origin', headers: { 'X-Background': '1', 'HX-Request': 'true' } })
  if (answer.status === 401) location.reload()
  if (!answer.ok) return null
  return new DOMParser().parseFromString(await answer.text(), 'text/html')
}

// refresh asks for some rows, or for all in view, and for how many there are beside them.
async function refresh(list, ids, news) {
  const rows = rowsOf(list).filter((row) => !ids || ids.includes(row.dataset.id))
  if (!rows.length && !news) return
  const query = new URLSearchParams(list.dataset.live)
  for (const row of rows) query.append('id', row.dataset.id)
  const page = await get(path(list) + '?' + query)
  if (!page) return
  for (const row of rows) renew(row, page.querySelector(`tr[data-id="${CSS.escape(row.dataset.id)}"]`))
  announce(page.querySelector('[data-new]'))
  refreshParts(page)
}

function renew(row, fresh) {
  if (!fresh) {
    row.classList.add('gone')
    return
  }
  if (fresh.dataset.rev === row.dataset.rev) return
  row.dataset.rev = fresh.dataset.rev
  row.dataset.version = fresh.dataset.version
  let other = false
  for (const cell of row.querySelectorAll('[data-c]')) {
    const news = fresh.querySelector(`[data-c="${cell.dataset.c}"]`)
    if (!news || news.innerHTML === cell.innerHTML) continue
    // That time goes by is no news that has to catch the eye.
    other ||= !news.querySelector('time') || cell.textContent.trim() === ''
    // A link in focus stays the same element, or a key press would lose its place.
    if (!cell.contains(document.activeElement)) cell.innerHTML = news.innerHTML
    cell.classList.toggle('blank', news.classList.contains('blank'))
  }
  row.classList.remove('changed')
  if (!other) return
  void row.offsetWidth
  row.classList.add('changed')
}

function announce(news) {
  const pill = document.getElementById('news')
  if (!pill || !news) return
  const text = news.dataset.new
  pill.hidden = text === ''
  const label = pill.querySelector('[data-label]')
  if (label.textContent !== text) label.textContent = text
}

// refreshPane brings what is open up to date, without closing what somebody has opened.
async function refreshPane(ids) {
  const pane = document.getElementById('pane')
  const open = pane?.querySelector('[data-record]')?.dataset.record
  if (!open || (ids && !ids.includes(open)) || !location.pathname.endsWith('/' + open)) return
  const page = await get(location.pathname + location.search)
  if (!page || pane.querySelector('[data-record]')?.dataset.record !== open) return
  const parts = (place) => [...place.querySelectorAll('header[data-record] > div, .why, .do, .cat > .body, .cat > summary')]
  const shape = (place) => parts(place).map((part) => part.className + named(part.parentElement)).join('\n')
  if (shape(pane) === shape(page)) {
    const fresh = parts(page)
    parts(pane).forEach((part, i) => replace(part, fresh[i]))
  } else {
    // Something has come or gone that others do not have: a category, or the last thing that could be done.
    const was = new Map([...pane.querySelectorAll('.cat')].map((cat) => [named(cat), cat.open]))
    for (const cat of page.querySelectorAll('.cat')) cat.toggleAttribute('open', was.get(named(cat)) ?? cat.open)
    replace(pane, page.body)
  }
  htmx.process(pane)
}

// named gives the name of a category, without what peeks out of it.
function named(cat) {
  const words = cat.querySelector(':scope > summary')?.childNodes ?? []
  return [...words].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.data.trim()).join('')
}

// refreshParts puts the marked parts of a page in the place of those that are shown.
function refreshParts(page) {
  for (const part of document.querySelectorAll('[data-live-part]')) {
    const fresh = page?.querySelector(`[data-live-part="${part.dataset.livePart}"]`)
    if (!fresh) continue
    replace(part, fresh)
    htmx.process(part)
  }
}

// What somebody has just put the focus or the mouse's marking on stays.
function replace(part, fresh) {
  if (part.innerHTML === fresh.innerHTML || part.contains(document.activeElement)) return
  const marked = getSelection()
  if (String(marked) && marked.containsNode(part, true)) return
  part.innerHTML = fresh.innerHTML
  part.dispatchEvent(new CustomEvent('htmx:afterSwap', { bubbles: true, detail: { target: part } }))
}
