// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Keys: / searches, j and k move, Enter opens, x picks, letters act on the record in focus or on the
// selection as the buttons of the page declare them, ? explains those of this page. Letters do nothing
// while somebody is typing.

import { openDialog } from './selection.js'

export function startKeys() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const typing = event.target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]')
    if (typing || document.querySelector('dialog[open]')) return
    if (act(event.key)) event.preventDefault()
  })
  document.addEventListener('click', (event) => {
    // A click anywhere in a row opens it, except on what is a control of its own or on marked text.
    const row = event.target.closest('.records tbody tr')
    if (!row || event.target.closest('a, button, input, label') || String(getSelection())) return
    row.querySelector('a[data-open]')?.click()
  })
}

function act(key) {
  const rows = [...document.querySelectorAll('.records tbody tr')]
  const at = rows.findIndex((row) => row.contains(document.activeElement))
  switch (key) {
    case '/':
      document.querySelector('[data-search]')?.focus()
      return true
    case '?':
      explain(document.getElementById('help'))
      return true
    case 'j':
      return focus(rows[Math.min(at + 1, rows.length - 1)])
    case 'k':
      return focus(rows[Math.max(at - 1, 0)])
    case 'x': {
      const box = rows[at]?.querySelector('.pick input')
      box?.click()
      return Boolean(box)
    }
    case 'Escape': {
      const close = document.querySelector('[data-close-pane]')
      close?.click()
      return Boolean(close)
    }
    default:
      return ask(key, rows[at])
  }
}

// needs is what has to be there for a key to do something.
const needs = { row: '.records tbody tr', open: '.records a[data-open]', pick: '.records .pick input' }

// explain shows the keys that do something on this page: the letters are those of its buttons.
export function explain(help) {
  if (!help) return
  for (const term of help.querySelectorAll('[data-needs]')) {
    term.hidden = term.nextElementSibling.hidden = !document.querySelector(needs[term.dataset.needs])
  }
  for (const old of help.querySelectorAll('[data-letter]')) old.remove()
  const last = help.querySelector('[data-letters]'), said = new Set()
  for (const button of document.querySelectorAll('#selection [data-key], #pane .do [data-key]')) {
    const key = button.dataset.key
    if (!key || said.has(key)) continue
    said.add(key)
    const term = document.createElement('dt'), what = document.createElement('dd')
    term.append(Object.assign(document.createElement('kbd'), { textContent: key }))
    what.textContent = button.textContent.trim()
    term.dataset.letter = what.dataset.letter = key
    last.before(term, what)
  }
  help.showModal()
}

function focus(row) {
  const link = row?.querySelector('a[data-open]') ?? row
  if (link === row) row?.setAttribute('tabindex', '-1') // nothing in it leads anywhere: the row itself
  link?.focus()
  row?.scrollIntoView({ block: 'nearest' })
  return Boolean(link)
}

// ask opens the question that a letter stands for, as the buttons of the list declare it: for the selection
// when there is one, else for the record in focus, else for the one whose details are open.
function ask(key, row) {
  const form = document.getElementById('selection')
  if (!/^[a-z]$/.test(key)) return false
  const button = form?.querySelector(`[data-key="${key}"]`)
  const open = document.querySelector('#pane [data-record]')?.dataset.record
  const one = document.querySelector(`#pane .do [data-key="${key}"]`)
  // Where rows are acted on one by one, the buttons stand in the details; and of one record whose details are
  // open theirs know more than those for many.
  if (one && (!button || (form.dataset.count === '0' && (row?.dataset.id ?? open) === open))) {
    one.click()
    return true
  }
  if (!button) return false
  if (form.dataset.count !== '0') {
    button.click()
    return true
  }
  const id = row?.dataset.id ?? open
  if (!id) return false
  const query = new URLSearchParams({ id, back: location.pathname + location.search })
  openDialog(button.getAttribute('formaction') + '?' + query)
  return true
}
