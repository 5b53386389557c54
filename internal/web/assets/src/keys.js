// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Keys: / searches, j and k move, Enter opens, x picks, a b c r act on the record in focus or on the
// selection, ? explains. Letters do nothing while somebody is typing.

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
      document.getElementById('help')?.showModal()
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
  if (!button) {
    // Where rows are acted on one by one, the buttons stand in the details.
    const one = document.querySelector(`#pane .do [data-key="${key}"]`)
    one?.click()
    return Boolean(one)
  }
  if (form.dataset.count !== '0') {
    button.click()
    return true
  }
  const id = row?.dataset.id ?? document.querySelector('#pane [data-record]')?.dataset.record
  if (!id) return false
  const query = new URLSearchParams({ id, back: location.pathname + location.search })
  openDialog(button.getAttribute('formaction') + '?' + query)
  return true
}
