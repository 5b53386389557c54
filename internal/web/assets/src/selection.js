// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Choosing records: the page's, or all that match. The bar below the list says how many.

import htmx from 'htmx.org/dist/htmx.esm.js'

export function startSelection() {
  const form = document.getElementById('selection')
  if (!form) return
  const all = document.getElementById('pick-page')
  const matching = document.getElementById('pick-matching')
  const boxes = () => [...document.querySelectorAll('.records tbody .pick input')]
  const count = form.querySelector('[data-selected]')

  all?.addEventListener('change', () => {
    for (const box of boxes()) box.checked = all.checked
    tell()
  })
  document.addEventListener('change', (event) => {
    if (event.target.closest('.records .pick') || event.target === matching) tell()
  })
  form.querySelector('[data-clear]')?.addEventListener('click', () => {
    for (const box of boxes()) box.checked = false
    if (matching) matching.checked = false
    tell()
  })

  // Without this script the buttons of the bar open a page that asks; with it, the same in a dialog.
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const verb = event.submitter?.getAttribute('formaction') ?? form.action
    openDialog(verb + '?' + new URLSearchParams(new FormData(form)))
  })
  addEventListener('pageshow', tell)
  tell()

  function tell() {
    const list = boxes()
    const n = list.filter((box) => box.checked).length
    if (all) {
      all.checked = n > 0 && n === list.length
      all.indeterminate = n > 0 && n < list.length
    }
    const everything = matching?.checked
    form.dataset.count = everything ? 'all' : String(n)
    count.textContent = count.dataset.selected.replace('{n}', everything ? matching.dataset.total : String(n))
    const offer = form.querySelector('[data-offer]')
    if (offer) offer.hidden = !(everything || (n > 0 && n === list.length))
  }
}

// openDialog asks for a page and shows it in the dialog; dialog.js opens it.
export function openDialog(url) {
  return htmx.ajax('GET', url, { target: '#dialog', swap: 'innerHTML' })
}
