// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// The pictures of docs/shots: every page wide and narrow, light and dark, with nothing, little and very
// much in it. They show the company of the demo at one fixed moment, so that they change only when the
// pages do.

import path from 'node:path'
import { rulePages, rulePictures } from './rule_story.mjs'
import { wirePages } from './wire_story.mjs'
import { password, secondFactor, stepped } from './more_shot.mjs'

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
      link: `/link/${world.demo.id}`, search: '/search?q=sunwoo', 'search-nothing': '/search?q=nobody-like-this', unknown: '/activesync?show=unknown-user', timeline: `/timeline?record=${world.demo.id}`, ask: `/activesync/selection/block?id=${world.demo.id}`, missing: '/activesync/missing' }],
    [world.small, { 'activesync-three': '/activesync', 'dashboard-three': '/', preview: '/sentry/preferences/preview?auto_block=yes' }],
    [world.empty, { 'rules-empty': '/rules', 'quarantine-empty': '/quarantine', 'activesync-empty': '/activesync', 'dashboard-empty': '/', 'activesync-no-match': '/activesync?q=nobody' }],
    [world.many, { 'activesync-many': '/activesync', 'dashboard-many': '/' }],
    [world.oddities, { 'activesync-odd': '/activesync', 'details-odd': `/activesync/${world.oddities.id}`, 'sentry-odd': '/sentry' }],
    [world.demo, { devices: '/devices', 'devices-waiting': '/devices?show=waiting', 'device-add': '/devices/new', users: '/users', 'user-add': '/users/new' }],
    [world.empty, { 'policies-empty': '/policies', 'wipes-empty': '/wipes', 'jobs-empty': '/jobs', 'devices-empty': '/devices', 'users-empty': '/users', 'users-no-match': '/users?q=nobody', 'users-missing': '/users/missing' }],
    [world.oddities, { 'devices-odd': '/devices', 'users-odd': '/users', 'overrides-odd': '/overrides' }],
    [world.staff, { administrators: '/administrators', 'administrators-new': '/administrators/new', 'administrators-roles': '/administrators/roles', sessions: '/sessions', tokens: '/tokens',
      'signing-in': '/administrators/sign-in', 'settings-general': '/settings', 'settings-mail': '/settings/mail', 'settings-retention': '/settings/retention', 'settings-personal': '/settings/personal-data',
      'settings-masking': '/settings/masking', 'settings-stream': '/settings/audit-stream', 'settings-backup': '/settings/backup', import: '/import', 'expected-empty': '/expected' }],
    [world.wired, wirePages(world)],
    [world.ruled, rulePages(world)],
    [world.observing, { shadow: '/activesync', 'dashboard-shadow': '/' }],
  ]
}

// still puts what differs from one run to the next, though the page is the same, into one form: the port of the
// console, and when a session was last used, which goes by the real clock.
const still = (page) => page.evaluate(() => {
  for (const e of document.querySelectorAll('.secret')) e.textContent = e.textContent.replace(/127\.0\.0\.1:\d+/, 'console.example')
  if (location.pathname === '/sessions' || location.pathname === '/account') for (const e of document.querySelectorAll('tbody time')) e.textContent = 'just now'
})

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
          await still(page)
          await take(page, what)
        }
        await page.context().close()
      }
      for (const [name, list] of Object.entries(stepped)) {
        if (!Object.keys(list).some(wanted)) continue
        const where = world[name]
        const page = await open(where)
        for (const [what, [address, steps]] of Object.entries(list)) {
          if (!wanted(what)) continue
          await page.goto(address(where))
          await steps(page)
          await take(page, what)
        }
        await page.context().close()
      }
      if (wanted('sign-in-code')) {
        const page = await open(world.factor, false)
        if (!cookies.has('code')) {
          const first = await open(world.factor)
          await secondFactor(first, world)
          await first.context().close()
          cookies.set('code', true)
        }
        await password(page, world)
        await page.getByRole('heading', { name: 'One more step' }).waitFor()
        await take(page, 'sign-in-code')
        await page.context().close()
      }
      if (wanted('setup')) {
        const page = await open(world.setup, false)
        await page.goto('/setup?token=' + world.setup.token)
        await take(page, 'setup')
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
      if (['rule-preview', 'rule-confirm', 'rule-dialog'].some(wanted)) await rulePictures(await open(world.ruled), take)
      if (wanted('no-permission')) {
        const page = await open(world.staff, false)
        await page.goto('/sign-in')
        await page.getByLabel('User name').fill('grace')
        await page.getByLabel('Password').fill(world.password)
        await page.getByRole('button', { name: 'Sign in' }).click()
        await page.waitForURL((u) => u.pathname === '/')
        await page.goto('/administrators/new')
        await take(page, 'no-permission')
        await page.context().close()
      }
      if (wanted('conflict')) {
        const one = await open(world.staff), other = await open(world.staff)
        for (const page of [one, other]) await page.goto('/settings')
        await other.getByLabel('Time zone').fill(await other.getByLabel('Time zone').inputValue() === 'UTC' ? 'Etc/UTC' : 'UTC')
        await other.getByRole('button', { name: 'Save' }).click()
        await other.locator('.message').waitFor()
        await one.getByRole('button', { name: 'Save' }).click()
        await one.getByText('has changed since you looked').waitFor()
        await take(one, 'conflict')
        for (const page of [one, other]) await page.context().close()
      }
      if (wanted('too-many')) {
        const page = await open(world.files, false)
        for (let n = 0; n < 40 && await page.getByText('Too many failed attempts').count() === 0; n++) {
          await page.goto('/sign-in')
          await page.getByLabel('User name').fill('mallory')
          await page.getByLabel('Password').fill('a password that is not right')
          await page.getByRole('button', { name: 'Sign in', exact: true }).click()
          await page.getByRole('alert').waitFor()
        }
        await page.getByRole('alert').evaluate((e) => { const w = document.createTreeWalker(e, NodeFilter.SHOW_TEXT); for (let t; (t = w.nextNode());) t.data = t.data.replace(/\d+/, '15') })
        await take(page, 'too-many')
        await page.context().close()
      }
      if (wanted('unavailable')) {
        const page = await open(world.broken, false)
        await fetch(world.broken.poke)
        await page.goto('/')
        await page.evaluate(() => { const w = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); for (let t; (t = w.nextNode());) t.data = t.data.replace(/\b[0-9A-Z]{14,}\b/i, '7K3QXW2M9TFB4HVD6RNC') })
        await take(page, 'unavailable')
        page.complaints = page.complaints.filter((c) => !/status of 50[03]/.test(c))
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
