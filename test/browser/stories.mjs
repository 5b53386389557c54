// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Drives consoles that browser_test.go starts, and says for each story whether it went as told: one line of
// JSON each. A console is started when a story first names it: a line {"want": …} asks for it, and its
// address comes as one line of the input. Arguments: a file with what all stories know, a folder for the
// screenshots, the name of a set of stories, or nothing for all that share their consoles.

import { chromium } from 'playwright-core'
import { readFile, mkdir } from 'node:fs/promises'
import { readSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { stories } from './story.mjs'
import { linkStories } from './link_story.mjs'
import { peopleStories } from './people_story.mjs'
import { jobStories } from './jobs_story.mjs'
import { adminStories } from './admin_story.mjs'
import { manyStories } from './many_story.mjs'
import { wireStories } from './wire_story.mjs'
import { ruleStories } from './rule_story.mjs'
import { policyStories } from './policy_story.mjs'
import { wipeStories } from './wipe_story.mjs'
import { shots } from './shot.mjs'

const known = JSON.parse(await readFile(process.argv[2], 'utf8'))
const world = new Proxy(known, { get: (all, name) => {
  if (typeof name === 'string' && !(name in all)) all[name] = ask(name)
  return all[name]
} })
world.shots = process.argv[3]
world.axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
await mkdir(world.shots, { recursive: true })

// ask has a console started and waits until it answers; nothing else goes on meanwhile.
function ask(name) {
  writeSync(1, JSON.stringify({ want: name }) + '\n')
  const letter = Buffer.alloc(1)
  let line = ''
  while (readSync(0, letter) === 1 && letter[0] !== 10) line += letter.toString('latin1')
  if (line === '') throw new Error(`no console is called ${name}`)
  return JSON.parse(line)
}

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
})

// visit opens a page of a console in a browser of its own. What the page complains about, and every
// request to elsewhere, is kept: a story fails by it.
async function visit(where, options = {}) {
  const { signedIn = true, axe = false, now, ...rest } = options
  const context = await browser.newContext({ baseURL: where.url, viewport: { width: 1440, height: 900 }, bypassCSP: axe,
    locale: 'en-GB', timezoneId: 'UTC', ...rest })
  context.setDefaultTimeout(8000)
  const page = await context.newPage()
  if (now) await page.clock.setFixedTime(now)
  page.complaints = []
  page.on('console', (m) => m.type() === 'error' && !/status of (4\d\d)/.test(m.text()) && page.complaints.push(m.text()))
  page.on('pageerror', (e) => page.complaints.push(String(e)))
  page.on('dialog', (d) => { page.complaints.push('a dialog of the browser: ' + d.message()); d.dismiss() })
  page.on('request', (r) => { if (!r.url().startsWith(where.url) && !(where.also && r.url().startsWith(where.also)) && !r.url().startsWith('data:')) page.complaints.push('request to ' + r.url()) })
  if (signedIn) await signIn(page)
  return page
}

async function signIn(page, name = world.user) {
  await page.goto('/sign-in')
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password').fill(world.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((u) => u.pathname === '/')
}

// accessible runs every axe rule of WCAG 2.2 A and AA, without exceptions.
async function accessible(page, what) {
  await page.evaluate(world.axe)
  const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
  if (violations.length === 0) return
  const lines = violations.map((v) => `${v.id} (${v.impact}): ${v.help}\n` + v.nodes.slice(0, 4).map((n) => '    ' + n.html.slice(0, 160) + '\n      ' + (n.any[0]?.message ?? n.all[0]?.message ?? '')).join('\n'))
  throw new Error(`${what} is not accessible:\n  ` + lines.join('\n  '))
}

const sets = { '': { ...stories, ...linkStories, ...peopleStories, ...adminStories, ...manyStories, ...wireStories, ...policyStories, ...wipeStories, ...ruleStories, ...shots }, jobs: jobStories }
let failed = false
for (const [name, story] of Object.entries(sets[process.argv[4] ?? ''])) {
  if (process.env.STORY && !name.includes(process.env.STORY)) continue
  const pages = []
  const result = { name }
  const began = Date.now()
  try {
    await story({ world, visit: async (...a) => { const p = await visit(...a); pages.push(p); return p }, accessible, signIn })
    const complaints = pages.flatMap((p) => p.complaints)
    if (complaints.length > 0) throw new Error('the browser complains: ' + [...new Set(complaints)].join('\n'))
  } catch (e) {
    failed = true
    result.problem = String(e.stack ?? e).slice(0, 3000)
    if (pages.length > 0) await pages.at(-1).screenshot({ path: path.join(world.failures, name.replace(/\W+/g, '-').slice(0, 60) + '.png') }).catch(() => {})
  }
  result.seconds = (Date.now() - began) / 1000
  writeSync(1, JSON.stringify(result) + '\n')
  for (const p of pages) await p.context().close()
}
await browser.close()
process.exitCode = failed ? 1 : 0
