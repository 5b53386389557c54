// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// The ten commonest jobs, from the dashboard on, with their clicks counted. What a job may take stands in
// the table of docs/operate/ten-jobs.md and nowhere else.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'

const guide = await readFile(new URL('../../docs/operate/ten-jobs.md', import.meta.url), 'utf8')

// allowed reads the table: what a job takes, by its name.
const allowed = new Map([...guide.matchAll(/^\| \d+ \| ([^|]+) \| (\d+) \| (\d+) \|/gm)].map(([, name, clicks, fields]) => [name.trim(), { clicks: +clicks, fields: +fields }]))

// Hand does what a person does, and counts: clicks, among them keys that act, and fields that are filled in.
class Hand {
  clicks = 0
  fields = 0
  constructor(page) { this.page = page }
  async click(what) { this.clicks++; await what.click() }
  async choose(what, option) { this.clicks++; await what.selectOption(option) }
  async fill(what, text) { this.fields++; await what.fill(text) }
  async search(text) {
    const box = this.page.getByRole('banner').getByRole('searchbox')
    await this.click(box)
    await this.fill(box, text)
    this.clicks++
    await box.press('Enter')
    await this.page.waitForURL(/\/search\?/)
  }
  nav(name) { return this.click(this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true })) }
}

const dialog = (page) => page.getByRole('dialog')
const answer = (page, text) => page.locator('.answers > li').filter({ hasText: text })

const jobs = {
  'Find whose phone this is': async (page, hand) => {
    await hand.search('SEC1A2B3C4D5E6F7')
    await answer(page, 'bob on SM-S921B').first().waitFor()
  },
  "Why is ana's mail not working": async (page, hand) => {
    await hand.search('ana')
    await page.getByText(/because the phone is not compliant: passcode missing/).first().waitFor()
  },
  'Block a lost phone': async (page, hand) => {
    await hand.search('gus')
    await hand.click(answer(page, 'gus on').getByRole('link', { name: 'Block', exact: true }))
    await hand.fill(dialog(page).getByLabel('Note'), 'Lost on the train')
    await hand.click(dialog(page).getByRole('button', { name: 'Block' }))
    await answer(page, 'gus on').getByText(/^Blocked since .* Lost on the train/).waitFor()
  },
  'Allow a new tablet': async (page, hand) => {
    await hand.search('dora')
    await hand.click(answer(page, 'dora on').getByRole('link', { name: 'Allow', exact: true }))
    await hand.fill(dialog(page).getByLabel('Note'), 'Approved by her manager')
    await hand.click(dialog(page).getByRole('button', { name: 'Allow' }))
    await answer(page, 'dora on').getByText(/^Nothing is wrong/).waitFor()
  },
  'Link an unlinked record': async (page, hand) => {
    await hand.search('bob')
    await hand.click(answer(page, 'bob on').getByRole('link', { name: 'Link To' }))
    await hand.click(dialog(page).getByRole('button', { name: /^Link bob's phone/ }))
    await page.locator('.message').getByText("is linked to bob's phone").waitFor()
  },
  'Register a phone': async (page, hand) => {
    await hand.search('carla')
    await hand.click(answer(page, 'carla on').getByRole('link', { name: 'Register' }))
    assert.equal(await page.getByLabel('Owner', { exact: true }).inputValue(), 'carla', 'the owner is known and has to be typed')
    await hand.click(page.getByRole('button', { name: 'Register', exact: true }))
    await page.locator('.message').getByText('1 record is linked to it').waitFor()
  },
  'Mark a device lost': async (page, hand) => {
    await hand.search("erik's phone")
    await hand.click(answer(page, "erik's phone").getByRole('link', { name: 'Mark lost' }))
    await hand.fill(dialog(page).getByLabel('Note'), 'Left in a taxi')
    await hand.click(dialog(page).getByRole('button', { name: 'Mark lost' }))
    await page.locator('.message').getByText('is marked lost').waitFor()
  },
  'Give a second mailbox before the phone asks': async (page, hand) => {
    await hand.nav('Overrides')
    await hand.click(page.getByRole('link', { name: 'Pre-approve' }))
    await hand.fill(dialog(page).getByLabel('Account'), 'sales')
    await hand.fill(dialog(page).getByLabel('DeviceID'), 'APPLC39XK2QPN72J')
    await hand.fill(dialog(page).getByLabel('Note'), 'Holiday of the sales desk')
    await hand.click(dialog(page).getByRole('button', { name: 'Pre-approve' }))
    await page.locator('.message').getByText('is let through until').waitFor()
  },
  'See what changed today, and who blocked it': async (page, hand) => {
    await hand.nav('Audit')
    const line = page.locator('.records tbody tr', { hasText: 'Left in a taxi' }).filter({ hasText: 'frida' })
    assert.match(await line.first().innerText(), /ada/)
    assert.match(await page.locator('.records tbody').innerText(), /frida/)
  },
  'Export the list for the auditor': async (page, hand) => {
    await hand.nav('ActiveSync')
    const begun = page.waitForEvent('download')
    await hand.click(page.getByRole('link', { name: 'Export CSV' }))
    const text = await readFile(await (await begun).path(), 'utf8')
    assert.ok(text.trim().split('\n').length >= 8, text)
    assert.match(text, /frida/)
  },
}

// undone are the jobs that can be taken back with one click, as the guide says.
const undone = new Set(['Block a lost phone', 'Allow a new tablet', 'Link an unlinked record', 'Register a phone', 'Mark a device lost', 'Give a second mailbox before the phone asks'])

export const jobStories = {
  'the guide lists ten jobs and each has its story': async () => {
    assert.deepEqual([...allowed.keys()], Object.keys(jobs))
    assert.equal(allowed.size, 10)
  },
  ...Object.fromEntries(Object.entries(jobs).map(([name, job]) => [name, async ({ world, visit }) => {
    const page = await visit(world.jobs)
    const hand = new Hand(page)
    await job(page, hand)
    const undo = await page.locator('.message').getByRole('button', { name: 'Undo' }).count()
    assert.equal(undo, undone.has(name) ? 1 : 0, 'Undo in the message')
    const { clicks, fields } = hand
    assert.deepEqual({ clicks, fields }, allowed.get(name), 'not what docs/operate/ten-jobs.md says it takes')
  }])),
}
