// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// The pages work without this script. It adds what saves a click or a wait: dialogs and details without
// a new page, rows that stay current, keys, relative times that move on, the chart.

import htmx from 'htmx.org/dist/htmx.esm.js'
import { startChart } from './chart.js'
import { startDialogs } from './dialog.js'
import { startFrame } from './frame.js'
import { startKeys } from './keys.js'
import { startLive } from './live.js'
import { startPasskeys } from './passkey.js'
import { startSelection } from './selection.js'
import { startTimes } from './times.js'

// No inline style, no eval, nothing from elsewhere: the page's policy would refuse them anyway.
Object.assign(htmx.config, {
  includeIndicatorStyles: false,
  allowEval: false,
  allowScriptTags: false,
  selfRequestsOnly: true,
  historyCacheSize: 0,
  refreshOnHistoryMiss: true,
  defaultSwapStyle: 'innerHTML',
  // At once: settling later, htmx puts the focus on [autofocus] once more, and takes it from whoever has moved on.
  defaultSettleDelay: 0,
  timeout: 20000,
})
// An error page is not put into a pane or a dialog: the browser goes there and shows it whole.
document.addEventListener('htmx:beforeSwap', (event) => {
  const { xhr } = event.detail
  if (xhr.status < 400) return
  event.detail.shouldSwap = false
  if (xhr.status === 401) location.reload()
  else if (event.detail.requestConfig.verb === 'get') location.assign(event.detail.pathInfo.requestPath)
})

startFrame()
startDialogs(htmx)
startSelection()
startKeys()
startLive()
startPasskeys()
startTimes()
startChart()
