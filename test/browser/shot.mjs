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
      audit: '/audit', account: '/account', overrides: '/overrides', approve: '/overrides/approve', 'activesync-suggested': '/activesync?show=suggested', 'link-clear': '/activesync/selection/link?all=1&show=suggested',
      link: `/link/${world.demo.id}`, search: '/search?q=sunwoo', 'search-nothing': '/search?q=nobody-like-this', timeline: `/timeline?record=${world.demo.id}`, ask: `/activesync/selection/block?id=${world.demo.id}`, missing: '/activesync/missing' }],
    [world.small, { 'activesync-three': '/activesync', 'dashboard-three': '/', preview: '/sentry/preferences/preview?auto_block=yes' }],
    [world.empty, { 'activesync-empty': '/activesync', 'dashboard-empty': '/', 'activesync-no-match': '/activesync?q=nobody' }],
    [world.many, { 'activesync-many': '/activesync', 'dashboard-many': '/' }],
    [world.oddities, { 'activesync-odd': '/activesync', 'details-odd': `/activesync/${world.oddities.id}`, 'sentry-odd': '/sentry' }],
    [world.demo, { devices: '/devices', 'devices-waiting': '/devices?show=waiting', 'device-add': '/devices/new', users: '/users', 'user-add': '/users/new' }],
    [world.empty, { 'devices-empty': '/devices', 'users-empty': '/users', 'users-no-match': '/users?q=nobody', 'users-missing': '/users/missing' }],
    [world.oddities, { 'devices-odd': '/devices', 'users-odd': '/users' }],
    [world.staff, { administrators: '/administrators', 'administrators-new': '/administrators/new', 'administrators-roles': '/administrators/roles', sessions: '/sessions', tokens: '/tokens',
      'signing-in': '/administrators/sign-in', 'settings-general': '/settings', 'settings-mail': '/settings/mail', 'settings-retention': '/settings/retention', 'settings-personal': '/settings/personal-data',
      'settings-masking': '/settings/masking', 'settings-stream': '/settings/audit-stream', 'settings-backup': '/settings/backup', import: '/import', 'expected-empty': '/expected' }],
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
      if (['device-details', 'device-waiting', 'device-register', 'dialog-device', 'dialog-compliance', 'user-details', 'dialog-user', 'user-merge'].some(wanted)) {
        await people(await open(world.demo), take)
      }
      if (wanted('no-permission')) {
        const page = await open(world.staff, false)
        await page.goto('/sign-in')
        await page.getByLabel('User name').fill('grace')
        await page.getByLabel('Password').fill(world.password)
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.waitForURL((u) => u.pathname === '/')
        await page.goto('/import')
        await take(page, 'no-permission')
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

// people takes the pictures of a device and of a user, and of what is asked before something is done to them.
async function people(page, take) {
  const pane = (name) => page.getByRole('complementary', { name })
  const first = async (address, name) => {
    await page.goto(address)
    await page.locator('.records tbody tr').first().getByRole('link').first().click()
    await pane(name).locator('details').first().waitFor()
    await page.goto(page.url()) // nothing in focus
  }
  const ask = async (name, button, what) => {
    await pane(name).getByRole('link', { name: button, exact: true }).click()
    await page.getByRole('dialog').locator('form').waitFor()
    await take(page, what)
    await page.getByRole('dialog').getByRole('link', { name: 'Cancel' }).click()
  }
  await first('/devices?show=noncompliant', 'Device Details')
  await take(page, 'device-details')
  await ask('Device Details', 'Mark lost', 'dialog-device')
  await ask('Device Details', 'Compliance', 'dialog-compliance')
  await first('/devices?show=waiting', 'Device Details')
  await take(page, 'device-waiting')
  await pane('Device Details').getByRole('link', { name: 'Register', exact: true }).click()
  await page.getByRole('heading', { name: 'Register device' }).waitFor()
  await take(page, 'device-register')
  await first('/users', 'User Details')
  await take(page, 'user-details')
  await ask('User Details', 'Disable', 'dialog-user')
  await page.goto('/activesync?show=unlinked&sort=user')
  const known = (await page.locator('.records td[data-c="user"]').allInnerTexts()).map((t) => t.trim().split('\n').at(-1).toLowerCase())
  const [from, to] = [...new Set(known.filter((t) => t.endsWith('@company.example')).map((t) => t.split('@')[0]))]
  await page.goto('/users/merge?' + new URLSearchParams({ realm: 'company', from, to }))
  await page.locator('#steps').waitFor()
  await take(page, 'user-merge')
  await page.context().close()
}
