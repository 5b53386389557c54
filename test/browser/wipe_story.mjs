// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Orders to wipe, one thing at a time: the account alone, and the word of a second administrator.

import assert from 'node:assert/strict'
import { category, nav, openCategory, pane, row, says } from './wire_story.mjs'

const dialog = (page) => page.getByRole('dialog')

// confirm types what the dialog of a wipe wants to have typed.
async function confirm(page) {
  const typed = (await dialog(page).locator('label[for="ask-confirm"]').innerText()).replace(/^Type (.*) to confirm$/, '$1')
  await dialog(page).getByLabel('to confirm').fill(typed)
}

export const wipeStories = {
  // A-17 A-19 C-07 R-2
  'wipe: only the account goes, and the other account of the phone is left alone': async ({ world, visit, accessible }) => {
    const page = await visit(world.wireAccount, { axe: true })
    await page.goto(`/activesync/${world.wireAccount.id}`)
    await pane(page).getByRole('link', { name: 'Wipe', exact: true }).click()
    await dialog(page).getByText('1 other account of this phone goes with it:').waitFor()
    await dialog(page).getByLabel('Only the account').check()
    await dialog(page).getByText('The account goes, with its mail, calendar and contacts.').waitFor()
    assert.equal(await dialog(page).getByText('of this phone goes with it').count(), 0, 'another account goes with the account')
    await dialog(page).getByRole('button', { name: 'Wipe the account' }).waitFor()
    await accessible(page, 'the dialog of a wipe of the account')
    await dialog(page).getByLabel('Why').fill('Has left the team')
    await dialog(page).getByLabel('to confirm').fill('somebody else')
    await dialog(page).getByRole('button', { name: 'Wipe the account' }).click()
    await page.getByText('Nothing was ordered: type').waitFor()
    const again = page.locator('form.wipe')
    assert.ok(await again.getByLabel('Only the account').isChecked(), 'what was chosen is lost')
    assert.equal(await again.getByLabel('Why').inputValue(), 'Has left the team', 'what was typed is lost')
    const typed = (await again.locator('label[for="ask-confirm"]').innerText()).replace(/^Type (.*) to confirm$/, '$1')
    await again.getByLabel('to confirm').fill(typed)
    await again.getByRole('button', { name: 'Wipe the account' }).click()
    await page.locator('.message').waitFor()
    const order = await openCategory(page, 'Wipe')
    await order.getByText('Only the account').waitFor()
    await order.locator('dd').getByText('Pending').first().waitFor()
    await says(world.wireAccount, 'delivered')
    await says(world.wireAccount, 'acknowledged')
    await page.goto('/activesync')
    await row(page, 'ana.silva@').getByText('Wiped').waitFor()
    await row(page, 'sales@').getByText('Allowed').waitFor()
    await row(page, 'ana.silva@').click()
    await pane(page).getByText('wiped, and not released since').first().waitFor()
    const offered = (await pane(page).locator('.do a').allInnerTexts()).map((t) => t.trim())
    for (const not of ['Allow', 'Block', 'Assign Policy', 'Wipe']) assert.ok(!offered.includes(not), `a wiped record offers ${not}`)
    assert.ok(offered.includes('Remove'))
    await category(page, 'Wipe').getByRole('link', { name: 'Release' }).waitFor()
    await accessible(page, 'a record whose account is wiped')
  },

  // Y-10
  'wipe: an order waits for another administrator, who looks at it and approves it': async ({ world, visit, signIn, accessible }) => {
    const page = await visit(world.wireApprove, { axe: true })
    await page.goto('/settings/wipe-safety')
    await page.getByLabel('Another administrator has to approve').selectOption('Yes')
    await page.getByRole('button', { name: 'Save' }).first().click()
    await page.locator('.message').waitFor()
    await page.goto(`/activesync/${world.wireApprove.id}`)
    await pane(page).getByRole('link', { name: 'Wipe', exact: true }).click()
    await dialog(page).getByText('Another administrator has to approve the order before the phone is told.').waitFor()
    await accessible(page, 'the dialog of a wipe that has to be approved')
    await dialog(page).getByLabel('Why').fill('Stolen out of the office')
    await confirm(page)
    await dialog(page).getByRole('button', { name: 'Wipe the phone' }).click()
    await page.locator('.message').getByText('Another administrator has to approve it before the phone is told.').waitFor()
    await (await openCategory(page, 'Wipe')).locator('dd').getByText('Waits for approval').first().waitFor()
    await nav(page, 'Wipes').click()
    assert.equal(await row(page, 'ana.silva').getByRole('link', { name: 'Approve wipe' }).count(), 0, 'who has ordered it is asked to approve it')
    await row(page, 'ana.silva').getByRole('link', { name: 'Cancel wipe' }).waitFor()

    const other = await visit(world.wireApprove, { signedIn: false, axe: true })
    await signIn(other, 'olga')
    await nav(other, 'Wipes').click()
    await row(other, 'ana.silva').getByText('Stolen out of the office').waitFor()
    await accessible(other, 'an order that somebody else has to approve')
    await row(other, 'ana.silva').getByRole('link', { name: 'Approve wipe' }).click()
    await dialog(other).getByRole('button', { name: 'Approve wipe' }).click()
    await other.locator('.message').getByText('Approved. The phone is told with its next request.').waitFor()
    await row(other, 'ana.silva').getByText('Pending').waitFor()
    await page.goto(`/activesync/${world.wireApprove.id}`)
    const order = await openCategory(page, 'Wipe')
    await order.getByText(/by olga/).waitFor()
    await says(world.wireApprove, 'delivered')
    await page.reload()
    await (await openCategory(page, 'Wipe')).locator('dd').getByText('Told to the phone').first().waitFor()
  },
}
