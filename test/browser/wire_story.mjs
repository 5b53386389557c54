// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// What phones are asked to keep, and orders to wipe.

import assert from 'node:assert/strict'

export const row = (page, text) => page.locator('.records tbody tr').filter({ hasText: text })
export const pane = (page) => page.getByRole('complementary', { name: 'ActiveSync Details' })
export const nav = (page, name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true })
export const category = (page, name) => pane(page).locator('details.cat', { has: page.locator('summary', { hasText: name }) })

// says has the phone answer.
export const says = async (world, words) => {
  const heard = await fetch(`${world.poke}?say=${words}`)
  assert.equal(heard.status, 200, await heard.text())
}

export async function openCategory(page, name) {
  const c = category(page, name).first()
  if (!(await c.evaluate((d) => d.open))) await c.locator('summary').click()
  return c
}

export const wireStories = {
  // A-15 A-16 A-21 D-06
  'wire: a policy is made, assigned to a phone, acknowledged by it, changed and taken back': async ({ world, visit, accessible }) => {
    const page = await visit(world.wire, { axe: true })
    await nav(page, 'ActiveSync Policies').click()
    await page.getByRole('heading', { name: 'No policy of your own yet' }).waitFor()
    await accessible(page, 'the page without a policy')
    await page.getByRole('link', { name: 'New policy' }).first().click()
    await page.getByLabel('Name', { exact: true }).fill('Field staff')
    const length = page.getByLabel('Shortest password', { exact: true })
    await page.locator('.password-note').waitFor({ state: 'visible' })
    await accessible(page, 'the form of a policy without a password')
    await page.getByLabel('Password on the phone').selectOption('Required')
    await page.locator('.password-note').waitFor({ state: 'hidden' })
    await length.fill('6')
    await page.getByLabel('Camera', { exact: true }).selectOption('Forbidden')
    await accessible(page, 'the form of a policy')
    await page.getByRole('button', { name: 'Create policy' }).click()
    await page.getByRole('heading', { name: 'Field staff' }).waitFor()
    await accessible(page, 'a policy')

    await nav(page, 'ActiveSync').click()
    await row(page, 'ana.silva@').click()
    await pane(page).getByRole('link', { name: 'Assign Policy' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('2 records have the policy then: Field staff.').waitFor()
    await dialog.getByText('Phones with iOS').waitFor()
    await accessible(page, 'the dialog of Assign Policy')
    await dialog.getByLabel('Note').fill('New contract')
    await dialog.getByRole('button', { name: 'Assign Policy' }).click()
    await page.locator('.message').getByText('Field staff').waitFor()
    const mailbox = await openCategory(page, 'Mailbox Details')
    await mailbox.getByText('assigned, revision 1').waitFor()
    await mailbox.getByText('not asked yet').waitFor()
    await says(world.wire, 'applied')
    await page.reload()
    await (await openCategory(page, 'Mailbox Details')).getByText('applied, revision 1').waitFor()
    await accessible(page, 'a record with a policy')

    await category(page, 'Mailbox Details').getByRole('link', { name: 'Field staff' }).click()
    await page.getByText('It is assigned to 1 phone.').waitFor()
    await page.getByRole('link', { name: 'Change', exact: true }).click()
    await length.fill('8')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByText('1 phone is asked to accept it').waitFor()
    await accessible(page, 'the preview of a policy')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Revision 2').first().waitFor()
    await page.goto(`/activesync/${world.wire.id}`)
    await (await openCategory(page, 'Mailbox Details')).getByText('applied, earlier revision 1').waitFor()
    await pane(page).getByRole('link', { name: 'Revert Policy' }).click()
    await dialog.getByRole('button', { name: 'Revert Policy' }).click()
    await page.locator('.message').waitFor()
    await (await openCategory(page, 'Mailbox Details')).getByText("Mail server's own policy").waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await (await openCategory(page, 'Mailbox Details')).getByText('assigned, revision 2').waitFor()
  },

  // A-19 C-07 R-2 R-19
  'wire: a wipe says what it does, is ordered, told, acknowledged and released': async ({ world, visit, accessible }) => {
    const page = await visit(world.wireWipe, { axe: true })
    await page.goto(`/activesync/${world.wireWipe.id}`)
    await pane(page).locator('details').first().waitFor()
    await page.keyboard.press('w')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('The whole phone is reset to what it was when it left the factory.').waitFor()
    await dialog.getByText('1 other account of this phone goes with it:').waitFor()
    await accessible(page, 'the dialog of a wipe')
    await dialog.getByLabel('Why').fill('Left in a taxi')
    await dialog.getByLabel('Only the account').check()
    await dialog.getByText('The account goes, with its mail, calendar and contacts.').waitFor()
    assert.equal(await dialog.getByLabel('Why').inputValue(), 'Left in a taxi', 'what was typed is lost')
    await dialog.getByLabel('Full wipe').check()
    await dialog.getByText('The whole phone is reset').waitFor()
    const typed = (await dialog.locator('label[for="ask-confirm"]').innerText()).replace(/^Type (.*) to confirm$/, '$1')
    await dialog.getByLabel('to confirm').fill(typed)
    await dialog.getByRole('button', { name: 'Wipe the phone' }).click()
    await page.locator('.message').waitFor()
    await (await openCategory(page, 'Wipe')).locator('dd').getByText('Pending').first().waitFor()
    await accessible(page, 'a record with an order')
    await says(world.wireWipe, 'delivered')
    await page.reload()
    await (await openCategory(page, 'Wipe')).locator('dd').getByText('Told to the phone').first().waitFor()
    assert.equal(await category(page, 'Wipe').getByRole('link', { name: 'Cancel wipe' }).count(), 0)
    await says(world.wireWipe, 'acknowledged')
    await page.reload()
    await (await openCategory(page, 'Wipe')).locator('dd').getByText('Acknowledged').first().waitFor()
    await row(page, 'ana.silva@').getByText('Wiped').waitFor()
    await nav(page, 'Wipes').click()
    await row(page, 'ana.silva').getByText('Acknowledged').waitFor()
    await accessible(page, 'the page of wipes')
    await row(page, 'ana.silva').getByRole('link', { name: 'Release' }).click()
    await dialog.getByLabel('Note').fill('Found again')
    await dialog.getByRole('button', { name: 'Release' }).click()
    await row(page, 'ana.silva').getByText('Released').waitFor()
    await page.goto('/activesync')
    await row(page, 'ana.silva@').getByText('Allowed').waitFor()
  },

  // Y-10 F-05
  'wire: several phones are wiped by their number, the cap is told, an order is cancelled, and everything is held': async ({ world, visit, accessible }) => {
    const page = await visit(world.wireSafe, { axe: true })
    await page.goto('/settings/wipe-safety')
    await page.getByLabel('Wipes in an hour, at most').fill('1')
    await page.getByRole('button', { name: 'Save' }).first().click()
    await page.locator('.message').waitFor()
    await page.goto('/activesync')
    const rows = page.locator('.records tbody input[name="id"]')
    await rows.nth(0).check()
    await rows.nth(1).check()
    await page.locator('#selection').getByRole('button', { name: 'Wipe', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('more wipes can be ordered within this hour after that').waitFor()
    await accessible(page, 'the dialog of several wipes')
    await dialog.getByLabel('Note').fill('A theft')
    await dialog.getByLabel('Type 2 to confirm').fill('2')
    await dialog.getByRole('button', { name: /^Wipe/ }).click()
    await page.waitForURL(/\/jobs\//)
    await page.locator('[data-job]').waitFor({ state: 'detached' })
    await page.goto('/wipes')
    await page.getByText('The cap of wipes has stopped 1 order').waitFor()
    await accessible(page, 'a page with the banner of the cap')
    await page.locator('.records tbody tr').first().getByRole('link', { name: 'Cancel wipe' }).click()
    await dialog.getByRole('button', { name: 'Cancel wipe' }).click()
    await page.locator('.records tbody').getByText('Cancelled').waitFor()
    await page.goto('/activesync')
    await page.getByLabel('Show').selectOption('action-in-year')
    await page.getByLabel('Year').waitFor()
    await page.locator('.empty').waitFor() // an order that was cancelled before the phone was told is no action
    await accessible(page, 'the list of actions in a year')
    await page.getByRole('link', { name: 'See the limits' }).click()
    await page.getByLabel('Why').fill('A drill')
    await page.getByRole('button', { name: 'Hold all destructive orders' }).click()
    await page.getByText('Destructive orders are held').first().waitFor()
    assert.equal(await page.getByText('The cap of wipes has stopped').count(), 0, 'the cap is told although somebody has seen to it')
  },

  //
  'wire: every page of policies and wipes is accessible, light and dark, wide and narrow': async ({ world, visit, accessible }) => {
    for (const colorScheme of ['light', 'dark']) {
      for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
        const page = await visit(world.wired, { axe: true, colorScheme, viewport, reducedMotion: 'reduce', now: world.now })
        for (const [what, address] of Object.entries(wirePages(world))) {
          await page.goto(address)
          await accessible(page, `${what}, ${colorScheme}, ${viewport.width}`)
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          assert.ok(wider <= 0, `${what} is ${wider} px wider than a window of ${viewport.width}`)
        }
        await page.context().close()
      }
    }
  },
}

// wirePages are the pages of policies and wipes, for the pictures too.
export function wirePages(world) {
  const { id, also, policy } = world.wired
  return { policies: '/policies', 'policy-show': `/policies/${policy}`, 'policy-edit': `/policies/edit/${policy}`, 'policy-new': '/policies/new', 'policy-default': '/policies/default?id=', 'policy-assign': `/activesync/selection/assign-policy?id=${id}`,
    'policy-record': `/activesync/${id}`, wipes: '/wipes', 'wipe-order': `/wipes/order/${id}`, 'wipe-record': `/activesync/${also}`, 'wipe-safety': '/settings/wipe-safety' }
}
