// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Pictures that take more than an address: dialogs over their pages, what is about to be saved, and the way in.

import { createHmac } from 'node:crypto'

const pane = (page, name = 'ActiveSync Details') => page.getByRole('complementary', { name })
const form = (page) => page.getByRole('dialog').locator('form')

// asks opens the dialog of a button of the details.
const asks = (button, then = async () => {}) => async (page) => {
  await pane(page).getByRole('link', { name: button, exact: true }).click()
  await form(page).waitFor()
  await then(page)
}

// among opens a dialog for several records.
const among = (button, ...rows) => async (page) => {
  for (const n of rows) await page.locator('.records tbody .pick input').nth(n).check()
  await page.locator('#selection').getByRole('button', { name: button, exact: true }).click()
  await form(page).waitFor()
}

const shows = (what) => async (page) => { await what(page).scrollIntoViewIfNeeded() }

// stepped are the pictures of a console: where each begins, and what is done then.
export const stepped = {
  wired: {
    'policy-dialog': [({ id }) => `/activesync/${id}`, asks('Assign Policy', (page) => page.getByRole('dialog').getByLabel('Policy').selectOption({ label: 'Guests' }).then(() => page.getByText('has the policy then: Guests').waitFor()))],
    'policy-revert': [({ id }) => `/activesync/${id}`, asks('Revert Policy')],
    'policy-several': [() => '/activesync', among('Assign Policy', 5, 7, 9)],
    'policy-revisions': [({ policy }) => `/policies/${policy}`, shows((page) => page.locator('.moments .diff').last())],
    'policy-preview': [({ policy }) => `/policies/edit/${policy}`, async (page) => {
      await page.getByLabel('Shortest password', { exact: true }).fill('8')
      await page.getByLabel('Camera', { exact: true }).selectOption('Forbidden')
      await page.getByRole('button', { name: 'Preview' }).click()
      await page.getByRole('heading', { name: 'Before this is saved' }).waitFor()
    }],
    'policy-copy': [({ policy }) => `/policies/${policy}`, async (page) => {
      await page.getByRole('link', { name: 'Copy', exact: true }).click()
      await form(page).waitFor()
    }],
  },
  apps: {
    'policy-two-apps': [({ id }) => `/activesync/${id}`, shows((page) => pane(page).getByText('hard to determine'))],
    'policy-two-apps-device': [({ device }) => `/devices/${device}`, async () => {}],
    'wipe-unknown': [({ also }) => `/activesync/${also}`, asks('Wipe')],
  },
  approving: {
    'wipe-approval': [() => '/wipes', async () => {}],
    'wipe-approve': [() => '/wipes', async (page) => {
      await page.getByRole('link', { name: 'Approve wipe' }).first().click()
      await form(page).waitFor()
    }],
  },
  capped: {
    'wipe-capped': [() => '/wipes', async () => {}],
    'wipe-refused': [({ id }) => `/activesync/${id}`, asks('Wipe')],
  },
  wiping: {
    'wipe-dialog': [({ id }) => `/activesync/${id}`, asks('Wipe')],
    'wipe-dialog-account': [({ id }) => `/activesync/${id}`, asks('Wipe', async (page) => {
      await page.getByRole('dialog').getByLabel('Only the account').check()
      await page.getByRole('dialog').getByRole('button', { name: 'Wipe the account' }).waitFor()
    })],
    'wipe-several': [() => '/activesync', among('Wipe', 0, 1)],
  },
  frozen: {
    'wipe-frozen': [() => '/wipes', async () => {}],
    'wipe-safety-frozen': [() => '/settings/wipe-safety', async () => {}],
  },
  working: {
    jobs: [() => '/jobs', async () => {}],
    job: [({ job }) => `/jobs/${job}`, async () => {}],
    'import-result': [(w) => `/import/${w.import}`, async () => {}],
    imports: [() => '/import', async () => {}],
    expected: [() => '/expected', async () => {}],
    'expected-seen': [() => '/expected?show=seen', async () => {}],
    'retention-preview': [() => '/settings/retention/preview?records=30&held=no&audit=400&tallies=31&jobs=30', async () => {}],
  },
  staff: {
    administrator: [() => '/administrators', async (page) => {
      await page.locator('.records tbody tr', { hasText: 'linus' }).getByRole('link').first().click()
      await page.getByRole('heading', { name: 'linus', level: 1 }).waitFor()
    }],
  },
}

// oneTime is the code that an authenticator shows now. RFC 6238
function oneTime(secret) {
  const bits = [...secret.replace(/[\s=]/g, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const count = Buffer.alloc(8)
  count.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)))
  const mac = createHmac('sha1', key).update(count).digest()
  return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1e6).padStart(6, '0')
}

// secondFactor gives the administrator of a console an authenticator, once.
export async function secondFactor(page, world) {
  await page.goto('/account')
  await page.getByRole('textbox', { name: 'Password', exact: true }).fill(world.password)
  await page.getByRole('button', { name: 'Set up an authenticator' }).click()
  await page.locator('svg.qr').waitFor()
  await page.getByLabel('Code', { exact: true }).fill(oneTime(await page.locator('.secret').first().innerText()))
  await page.locator('form', { has: page.getByLabel('Code', { exact: true }) }).getByRole('button').first().click()
  await page.getByText('Recovery codes.').waitFor()
}

// password signs in as far as the password goes.
export async function password(page, world) {
  await page.goto('/sign-in')
  await page.getByLabel('User name').fill(world.user)
  await page.getByLabel('Password').fill(world.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}
