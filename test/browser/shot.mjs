// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// The pictures of docs/shots: every page wide and narrow, light and dark, with nothing, little and very
// much in it.

import path from 'node:path'

const looks = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 1440, height: 900, colorScheme: 'dark' },
  { width: 390, height: 844, colorScheme: 'light' },
  { width: 390, height: 844, colorScheme: 'dark' },
]

function pages(world) {
  return [
    [world.three, { dashboard: '/', activesync: '/activesync', details: `/activesync/${world.three.id}`, sentry: '/sentry', preferences: '/sentry/preferences',
      preview: '/sentry/preferences/preview?auto_block=yes', audit: '/audit', account: '/account', ask: `/activesync/selection/block?id=${world.three.id}`, missing: '/activesync/missing' }],
    [world.empty, { 'activesync-empty': '/activesync', 'dashboard-empty': '/', 'activesync-no-match': '/activesync?q=nobody' }],
    [world.many, { 'activesync-many': '/activesync', 'dashboard-many': '/' }],
    [world.odd, { 'activesync-odd': '/activesync', 'details-odd': `/activesync/${world.odd.id}` }],
  ]
}

// wanted says whether a picture is asked for: all, or those whose names hold one of the words in SHOT.
const wanted = (what) => !process.env.SHOT || process.env.SHOT.split(',').some((word) => what.includes(word))

export const shots = {
  'the pictures of docs/shots': async ({ world, visit }) => {
    for (const { width, height, colorScheme } of looks) {
      const name = (what) => path.join(world.shots, `${what}-${width}-${colorScheme}.png`)
      for (const [where, list] of pages(world)) {
        const page = await visit(where, { viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })
        for (const [what, address] of Object.entries(list)) {
          if (!wanted(what)) continue
          await page.goto(address)
          await page.evaluate(() => document.fonts.ready)
          await page.screenshot({ path: name(what) })
        }
        await page.context().close()
      }
      if (wanted('selected') || wanted('dialog')) {
        const many = await visit(world.many, { viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })
        await many.goto('/activesync?show=unlinked')
        await many.locator('.records tbody .pick input').nth(1).check()
        await many.locator('.records tbody .pick input').nth(2).check()
        await many.screenshot({ path: name('selected') })
        await many.getByRole('button', { name: 'Block', exact: true }).click()
        await many.getByRole('dialog').getByRole('button', { name: 'Block 2 records' }).waitFor()
        await many.screenshot({ path: name('dialog') })
        await many.context().close()
      }
      if (wanted('shadow')) {
        const shadow = await visit(world.shadow, { viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })
        await shadow.goto('/activesync')
        await shadow.screenshot({ path: name('shadow') })
        await shadow.context().close()
      }
      if (wanted('sign-in')) {
        const page = await visit(world.three, { viewport: { width, height }, colorScheme, signedIn: false })
        await page.goto('/sign-in')
        await page.screenshot({ path: name('sign-in') })
        await page.context().close()
      }
    }
  },
}
