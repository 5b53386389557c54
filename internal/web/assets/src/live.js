// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Rows that stay current: every few seconds the rows in view are asked for again and changed where they
// stand. Nothing moves; what is new is announced in a pill and comes in when somebody asks for it.

const every = 3000

export function startLive() {
  const list = document.querySelector('[data-live]')
  if (!list) return
  let timer = setTimeout(look, every)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) {
      clearTimeout(timer)
      look()
    }
  })

  async function look() {
    clearTimeout(timer)
    if (!document.hidden) await refresh(list).catch(() => {})
    timer = setTimeout(look, every)
  }
}

async function refresh(list) {
  const rows = [...list.querySelectorAll('tbody tr[data-id]')]
  const query = new URLSearchParams(list.dataset.live)
  for (const row of rows) query.append('id', row.dataset.id)
  const answer = await fetch('/activesync/rows?' + query, { credentials: 'same-origin', headers: { 'X-Background': '1' } })
  if (answer.status === 401) return location.reload()
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const row of rows) renew(row, page.querySelector(`tr[data-id="${CSS.escape(row.dataset.id)}"]`))
  announce(page.querySelector('[data-new]'))
}

function renew(row, fresh) {
  if (!fresh) {
    row.classList.add('gone')
    return
  }
  if (fresh.dataset.rev === row.dataset.rev) return
  row.dataset.rev = fresh.dataset.rev
  row.dataset.version = fresh.dataset.version
  for (const cell of row.querySelectorAll('td[data-c]')) {
    const news = fresh.querySelector(`td[data-c="${cell.dataset.c}"]`)
    if (!news || news.innerHTML === cell.innerHTML) continue
    // A link in focus stays the same element, or a key press would lose its place.
    if (!cell.contains(document.activeElement)) cell.innerHTML = news.innerHTML
  }
  row.classList.remove('changed')
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
