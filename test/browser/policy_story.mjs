// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Policies, one thing at a time: given to several, taken back, changed, and two on one phone.

import assert from 'node:assert/strict'
import { nav, openCategory, pane, row, says } from './wire_story.mjs'

const dialog = (page) => page.getByRole('dialog')

// make makes a policy by its form.
async function make(page, name, fill = async () => {}) {
  await page.goto('/policies/new')
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.getByLabel('Password on the phone').selectOption('Required')
  await fill(page)
  await page.getByRole('button', { name: 'Create policy' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

// assign gives the policy that is called name to the record that is open.
async function assign(page, name) {
  await pane(page).getByRole('link', { name: 'Assign Policy' }).click()
  await dialog(page).getByLabel('Policy').selectOption({ label: name })
  await dialog(page).getByRole('button', { name: 'Assign Policy' }).click()
  await page.locator('.message').getByText(name).waitFor()
}

export const policyStories = {
  // A-15 A-16 A-21 R-4 Y-07
  'policy: it is given to several phones at once, the others of each phone are counted, and the job is taken back': async ({ world, visit, accessible }) => {
    const page = await visit(world.wireSeveral, { axe: true })
    await make(page, 'Field staff')
    await page.goto('/activesync')
    await row(page, 'ana.silva@').getByRole('checkbox').check()
    await row(page, 'bob@').getByRole('checkbox').check()
    await page.locator('#selection').getByRole('button', { name: 'Assign Policy' }).click()
    await dialog(page).getByText('3 records get another policy, the other accounts of their phones counted.').waitFor()
    await dialog(page).locator('.who li', { hasText: 'ana.silva' }).getByText('iOS: better by device management').waitFor()
    await accessible(page, 'the dialog of a policy for several')
    await dialog(page).getByRole('button', { name: /^Assign Policy/ }).click()
    await page.waitForURL(/\/jobs\//)
    await page.getByText('Done.').first().waitFor()
    const job = page.url()
    await accessible(page, 'the job of a policy for several')
    await nav(page, 'ActiveSync Policies').click()
    assert.equal((await row(page, 'Field staff').locator('td[data-c="assigned"]').innerText()).trim(), '2')
    await page.goto('/activesync?show=policy-assigned')
    assert.equal(await page.locator('.records tbody tr').count(), 3, 'a record of one of the phones is not on the list')
    await page.goto(job)
    await page.getByRole('button', { name: 'Undo all of it' }).click()
    await page.waitForURL((u) => u.pathname.startsWith('/jobs/') && u.href !== job)
    await page.getByText('Done.').first().waitFor()
    await page.goto('/policies')
    assert.equal((await row(page, 'Field staff').locator('td[data-c="assigned"]').innerText()).trim(), '0')
  },

  // A-15 A-16 A-21 D-06
  'policy: it is taken back from a phone with a key, for all its accounts, and given again by Undo': async ({ world, visit, accessible }) => {
    const page = await visit(world.wireRevert, { axe: true })
    await make(page, 'Field staff')
    await page.goto(`/activesync/${world.wireRevert.id}`)
    await assign(page, 'Field staff')
    await says(world.wireRevert, 'applied')
    await page.goto('/activesync')
    await row(page, 'sales@').click()
    await (await openCategory(page, 'Mailbox Details')).getByText('assigned, revision 1').waitFor() // the other account of the same phone
    await page.keyboard.press('v')
    await dialog(page).getByText("2 records have the policy then: Mail server's own policy.").waitFor()
    await dialog(page).getByText('Phones with iOS').waitFor()
    await accessible(page, 'the dialog of Revert Policy')
    await dialog(page).getByRole('button', { name: 'Revert Policy' }).click()
    await page.locator('.message').waitFor()
    for (const user of ['sales@', 'ana.silva@']) {
      await page.goto('/activesync')
      await row(page, user).click()
      await (await openCategory(page, 'Mailbox Details')).getByText("Mail server's own policy").waitFor()
      assert.equal(await pane(page).getByRole('link', { name: 'Revert Policy' }).count(), 0, 'what is not assigned can be taken back')
    }
    await page.goto(`/activesync/${world.wireRevert.id}`)
    await assign(page, 'Field staff')
    await pane(page).getByRole('link', { name: 'Revert Policy' }).click()
    await dialog(page).getByRole('button', { name: 'Revert Policy' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await (await openCategory(page, 'Mailbox Details')).getByText('assigned, revision 1').waitFor()
  },

  // D-06 Y-07
  'policy: a change says what was different, whose work it was and why; a copy begins with the same': async ({ world, visit, accessible }) => {
    const page = await visit(world.wireChange, { axe: true })
    await make(page, 'Field staff', (p) => p.getByLabel('Shortest password', { exact: true }).fill('6'))
    await page.getByRole('link', { name: 'Change', exact: true }).click()
    await page.getByLabel('Shortest password', { exact: true }).fill('8')
    await page.getByLabel('Camera', { exact: true }).selectOption('Forbidden')
    await page.getByRole('button', { name: 'Preview' }).click()
    const lines = page.locator('main tbody tr')
    assert.deepEqual((await lines.allInnerTexts()).map((t) => t.split(/\s*\t\s*/)), [['Shortest password', '6 characters', '8 characters'], ['Camera', 'Allowed', 'Forbidden']])
    await page.getByRole('button', { name: 'Back to the form' }).click()
    assert.equal(await page.getByLabel('Shortest password', { exact: true }).inputValue(), '8', 'what was typed is lost')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByLabel('Note').fill('What the auditors want')
    await page.getByRole('button', { name: 'Save' }).click()
    const second = page.locator('.moments > li', { hasText: 'Revision 2' })
    await second.getByText('What the auditors want').waitFor()
    assert.match(await second.innerText(), new RegExp(world.user))
    assert.deepEqual((await second.locator('.diff li').allInnerTexts()).map((t) => t.replace(/\s+/g, ' ')), ['Shortest password 6 characters → 8 characters', 'Camera Allowed → Forbidden'])
    await accessible(page, 'a policy with two revisions')
    await page.getByRole('link', { name: 'Copy', exact: true }).click()
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByRole('heading', { name: 'Field staff (copy)' }).waitFor()
    assert.match(await page.locator('.settings').first().innerText(), /8 characters/)
    await page.getByRole('link', { name: 'Make default', exact: true }).click()
    await page.getByText('2 phones are asked to accept it').waitFor()
    await accessible(page, 'the dialog of the default')
    await page.getByRole('button', { name: 'Make default' }).click()
    await page.goto('/policies')
    await row(page, 'Field staff (copy)').getByText('Default').first().waitFor()
    await page.getByText('is in force for nobody').waitFor()
  },

  // M-09 M-10 M-11 M-13
  'policy: two mail apps of one phone with two policies are warned of wherever one looks': async ({ world, visit, accessible }) => {
    const page = await visit(world.wireApps, { axe: true, now: world.now })
    const { id, also, device } = world.wireApps
    await page.goto(`/activesync/${id}`)
    const one = await openCategory(page, 'Mailbox Details')
    await one.getByText('Other mail apps').waitFor()
    await one.getByText('give both the same, or a policy to one of them alone').waitFor()
    await one.getByText('Compliant', { exact: true }).waitFor()
    await one.getByText('Which of the two the phone keeps, where they differ, depends on the phone.').waitFor()
    await (await openCategory(page, 'Device Details')).getByText('Several mailboxes').waitFor()
    await accessible(page, 'a record beside another mail app')
    await one.getByRole('link', { name: /bob@/ }).click()
    await page.waitForURL((u) => u.pathname.endsWith(also))
    await (await openCategory(page, 'Mailbox Details')).getByText('Board').waitFor()
    await page.goto(`/devices/${device}`)
    const thing = page.getByRole('complementary', { name: 'Device Details' })
    await thing.locator('.note.warn', { hasText: 'The mail apps of this device have different ActiveSync policies.' }).waitFor()
    const both = thing.locator('details.cat', { has: page.locator('summary', { hasText: 'ActiveSync policy' }) })
    for (const name of ['Board', "Mail server's own policy"]) await both.getByText(name).first().waitFor()
    await accessible(page, 'a device with two policies')
    await page.goto(`/activesync/${also}`)
    await pane(page).getByRole('link', { name: 'Assign Policy' }).click()
    await dialog(page).getByText('1 record has the policy then: Board.').waitFor()
    assert.equal(await dialog(page).getByText('Another mail app').count(), 0, 'the same policy for both is warned of')
    await dialog(page).getByRole('button', { name: 'Assign Policy' }).click()
    await page.locator('.message').waitFor()
    await page.goto(`/devices/${device}`)
    await thing.locator('details').first().waitFor()
    assert.equal(await thing.locator('.note.warn').count(), 0)
  },
}
