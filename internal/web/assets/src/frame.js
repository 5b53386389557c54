// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// The frame: theme, navigation on small screens, answers to what was copied.

export function startFrame() {
  const theme = document.querySelector('[data-theme-toggle]')
  theme?.addEventListener('click', () => {
    const root = document.documentElement
    const dark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches
    root.dataset.theme = dark ? 'light' : 'dark'
    try {
      localStorage.setItem('theme', root.dataset.theme)
    } catch {
      // Not remembered, then.
    }
    document.dispatchEvent(new CustomEvent('theme'))
  })

  const side = document.getElementById('side')
  showHere(side)
  const button = document.querySelector('[data-menu]')
  button?.addEventListener('click', (event) => {
    event.preventDefault()
    side.classList.toggle('open')
    button.setAttribute('aria-expanded', String(side.classList.contains('open')))
    if (side.classList.contains('open')) {
      side.querySelector('a')?.focus({ preventScroll: true })
      showHere(side)
    }
  })
  document.addEventListener('click', (event) => {
    if (side?.classList.contains('open') && !side.contains(event.target) && !button.contains(event.target)) close()
    for (const drop of document.querySelectorAll('details.drop[open]')) {
      if (!drop.contains(event.target)) drop.open = false
    }
  })
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    if (side?.classList.contains('open')) close()
    for (const drop of document.querySelectorAll('details.drop[open]')) {
      drop.open = false
      drop.querySelector('summary').focus()
    }
  })
  function close() {
    side.classList.remove('open')
    button.setAttribute('aria-expanded', 'false')
    button.focus()
  }

  for (const select of document.querySelectorAll('select[data-submit]')) {
    select.addEventListener('change', () => select.form.requestSubmit())
  }
}

// showHere scrolls the navigation, where it is taller than the window, so that the page one is on stands in
// it. Only the navigation moves, never the page.
function showHere(side) {
  const here = side?.querySelector('.nav [aria-current="page"]')
  if (!here || side.scrollHeight <= side.clientHeight) return
  const box = side.getBoundingClientRect()
  const at = here.getBoundingClientRect()
  const foot = side.querySelector('.side-foot')?.offsetHeight ?? 0
  if (at.top >= box.top && at.bottom <= box.bottom - foot) return
  side.scrollTop += at.top - box.top - side.clientHeight / 2
}
