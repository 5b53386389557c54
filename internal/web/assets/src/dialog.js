// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Dialogs: what a link marked for #dialog answers is shown in the one dialog of the page.

import { explain } from './keys.js'

export function startDialogs(htmx) {
  const dialog = document.getElementById('dialog')
  const help = document.getElementById('help')
  if (dialog) {
    // A key pressed twice asks twice. The second answer must not take away what is being filled in.
    dialog.addEventListener('htmx:beforeSwap', (event) => {
      const asked = event.detail.requestConfig.elt
      if (dialog.open && asked.isConnected && !dialog.contains(asked)) event.detail.shouldSwap = false
    })
    dialog.addEventListener('htmx:afterSwap', (event) => {
      if (event.detail.target !== dialog) return
      if (!dialog.open) dialog.showModal()
      dialog.querySelector('[autofocus], textarea, button')?.focus()
    })
    dialog.addEventListener('close', () => dialog.replaceChildren())
    dialog.addEventListener('click', (event) => {
      if (event.target === dialog || event.target.closest('[data-close]')) {
        event.preventDefault()
        dialog.close()
      }
    })
    // One click is one act: a second one while the first is on its way does nothing.
    document.addEventListener('submit', (event) => {
      const form = event.target
      if (form.method !== 'post') return
      if (form.dataset.sent) event.preventDefault()
      form.dataset.sent = 'yes'
    })
    addEventListener('pageshow', () => {
      for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent
    })
  }
  for (const button of document.querySelectorAll('[data-help]')) {
    button.addEventListener('click', () => explain(help))
  }
  help?.addEventListener('click', (event) => {
    if (event.target === help || event.target.closest('[data-close]')) help.close()
  })
  const pane = document.getElementById('pane')
  pane?.addEventListener('htmx:afterSwap', (event) => {
    if (event.detail.target === pane) mark(pane)
  })
  if (pane) mark(pane)

  function mark(pane) {
    const open = pane.querySelector('[data-record]')?.dataset.record
    for (const row of document.querySelectorAll('.records tbody tr')) row.classList.toggle('open', row.dataset.id === open)
    pane.querySelector('[data-close-pane]')?.addEventListener('click', (event) => {
      event.preventDefault()
      const row = document.querySelector('.records tr.open')
      row?.classList.remove('open')
      pane.replaceChildren()
      history.pushState({ htmx: true }, '', event.currentTarget.href)
      row?.querySelector('a[data-open]')?.focus()
    })
  }
}
