// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Passkeys: a form with data-passkey asks the browser for one when it is sent, puts the answer into its
// field and goes on. Where the browser has no passkeys the form stays hidden.

const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const encode = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')

// opened gives the options with the parts that travel as text turned back into bytes.
function opened(options) {
  const bytes = (list) => list?.map((k) => ({ ...k, id: decode(k.id) }))
  const open = { ...options, challenge: decode(options.challenge) }
  if (options.user) open.user = { ...options.user, id: decode(options.user.id) }
  if (options.allowCredentials) open.allowCredentials = bytes(options.allowCredentials)
  if (options.excludeCredentials) open.excludeCredentials = bytes(options.excludeCredentials)
  return open
}

// closed gives the browser's answer as text.
function closed(key) {
  const response = {}
  for (const part of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (key.response[part]) response[part] = encode(key.response[part])
  }
  if (key.response.getTransports) response.transports = key.response.getTransports()
  return JSON.stringify({
    id: key.id,
    rawId: encode(key.rawId),
    type: key.type,
    response,
    clientExtensionResults: {},
    authenticatorAttachment: key.authenticatorAttachment ?? undefined,
  })
}

async function ask(form) {
  const publicKey = opened(JSON.parse(form.dataset.options))
  const key = await navigator.credentials[form.dataset.passkey]({ publicKey })
  form.elements.response.value = closed(key)
  form.submit()
}

export function startPasskeys() {
  if (!window.PublicKeyCredential) return
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    form.hidden = false
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const says = form.querySelector('[role="status"]')
      says.textContent = ''
      ask(form).catch(() => {
        says.textContent = form.dataset.failed // put off by the person, or nothing fits
      })
    })
  }
}
