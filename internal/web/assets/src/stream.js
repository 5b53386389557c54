// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// One stream of events for each page in sight. A browser opens only six connections to a host, so a page
// that is hidden gives its stream up, and one that gets none asks by itself now and then (see live.js).

const least = 2000
const most = 60000

export class Stream {
  // needs gives the address's query, or nothing when the page waits for nothing. hear maps the names of
  // events to functions.
  constructor(needs, hear) {
    this.needs = needs
    this.hear = hear
    this.pause = least
    document.addEventListener('visibilitychange', () => this.renew())
    addEventListener('pagehide', () => this.close())
    addEventListener('pageshow', () => this.renew())
  }

  get open() {
    return this.source?.readyState === EventSource.OPEN
  }

  // renew opens the stream that the page needs now, and closes one that it does not.
  renew() {
    const query = document.hidden ? '' : String(this.needs() ?? '')
    if (this.source && query === this.query) return
    this.close()
    this.query = query
    if (query) this.begin()
  }

  begin() {
    clearTimeout(this.timer)
    const source = new EventSource('/live?' + this.query)
    this.source = source
    source.onopen = () => {
      this.pause = least
    }
    // A broken connection is taken up again by the browser; a refusal is not.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) this.later()
    }
    for (const [name, fn] of Object.entries(this.hear)) {
      source.addEventListener(name, (event) => fn(JSON.parse(event.data)))
    }
    source.addEventListener('end', (event) => {
      if (JSON.parse(event.data).why === 'signed out') {
        this.close()
        location.reload()
      } else this.later()
    })
  }

  later() {
    this.close()
    this.timer = setTimeout(() => this.renew(), this.pause * (0.75 + Math.random() / 2))
    this.pause = Math.min(this.pause * 2, most)
  }

  close() {
    clearTimeout(this.timer)
    this.source?.close()
    this.source = undefined
  }
}
