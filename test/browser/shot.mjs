// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// The pictures of docs/shots: every page wide and narrow, light and dark, with nothing, little and very
// much in it. They show the company of the demo at one fixed moment, so that they change only when the
// pages do.

import path from 'node:path'

const looks = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 1440, height: 900, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
]

function pages(world) {
  return [
    [world.demo, { dashboard: '/', activesync: '/activesync', details: `/activesync/${world.demo.id}`, sentry: '/sentry', preferences: '/sentry/preferences',
      audit: '/audit', account: '/account', ask: `/activesync/selection/block?id=${world.demo.id}`, missing: '/activesync/missing' }],
    [world.small, { 'activesync-three': '/activesync', 'dashboard-three': '/', preview: '/sentry/preferences/preview?auto_block=yes' }],
    [world.empty, { 'activesync-empty': '/activesync', 'dashboard-empty': '/', 'activesync-no-match': '/activesync?q=nobody' }],
    [world.many, { 'activesync-many': '/activesync', 'dashboard-many': '/' }],
    [world.oddities, { 'activesync-odd': '/activesync', 'details-odd': `/activesync/${world.oddities.id}`, 'sentry-odd': '/sentry' }],
    [world.observing, { shadow: '/activesync', 'dashboard-shadow': '/' }],
  ]
}

// wanted says whether a picture is asked for: all, or those whose names hold one of the words in SHOT.
const wanted = (what) => !process.env.SHOT || process.env.SHOT.split(',').some((word) => what.includes(word))

export const shots = {
  'the pictures of docs/shots': async ({ world, visit }) => {
    // Everybody signs in once: each sign-in would be one more line in the audit log.
    const cookies = new Map()
    for (const { width, height, colorScheme } of looks) {
      const take = async (page, what) => {
        await page.evaluate(() => document.fonts.ready)
        await page.mouse.move(0, 0)
        await page.screenshot({ path: path.join(world.shots, `${what}-${width}-${colorScheme}.png`), animations: 'disabled', caret: 'hide' })
      }
      const open = async (where, signedIn = true) => {
        const known = cookies.get(where.url)
        const page = await visit(where, { viewport: { width, height }, colorScheme, reducedMotion: 'reduce', now: world.now, storageState: signedIn ? known : undefined, signedIn: signedIn && !known })
        if (signedIn && !known) cookies.set(where.url, await page.context().storageState())
        return page
      }
      for (const [where, list] of pages(world)) {
        if (!Object.keys(list).some(wanted)) continue
        const page = await open(where)
        for (const [what, address] of Object.entries(list)) {
          if (!wanted(what)) continue
          await page.goto(address)
          await take(page, what)
        }
        await page.context().close()
      }
      if (wanted('selected') || wanted('dialog')) {
        const page = await open(world.demo)
        await page.goto('/activesync?show=unlinked')
        await page.locator('.records tbody .pick input').nth(1).check()
        await page.locator('.records tbody .pick input').nth(2).check()
        await take(page, 'selected')
        await page.getByRole('button', { name: 'Block', exact: true }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Block 2 records' }).waitFor()
        await take(page, 'dialog')
        await page.context().close()
      }
      if (wanted('sign-in')) {
        const page = await open(world.demo, false)
        await page.goto('/sign-in')
        await take(page, 'sign-in')
        await page.context().close()
      }
    }
  },
}
