// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Whose phone is it, why does it not sync, and who has decided against the rules.

import assert from 'node:assert/strict'

const rows = (page) => page.locator('.records tbody tr')
const row = (page, text) => rows(page).filter({ hasText: text })
const pane = (page) => page.getByRole('complementary', { name: 'ActiveSync Details' })

export const linkStories = {
  // A-10 A-23
  'a record is linked in a dialog that shows both sets of facts, and unlinked again': async ({ world, visit, accessible }) => {
    const page = await visit(world.linking, { axe: true })
    await page.goto('/activesync?show=suggested')
    await row(page, 'bob@').click()
    await pane(page).getByText('May belong to').waitFor()
    await pane(page).getByRole('link', { name: 'Link To' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 device comes into question').waitFor()
    await dialog.getByRole('row', { name: /Model/ }).getByText('SM-S921B').first().waitFor()
    await accessible(page, 'Link To')
    await dialog.getByRole('searchbox').fill('desk')
    await dialog.getByRole('searchbox').press('Enter')
    await dialog.getByText('1 device found').waitFor()
    await dialog.getByText('Desk iPhone').first().waitFor()
    await dialog.getByRole('searchbox').fill('')
    await dialog.getByRole('searchbox').press('Enter')
    await dialog.getByText('1 device comes into question').waitFor()
    await dialog.getByRole('button', { name: /^Link Bob's Galaxy/ }).click()
    await page.locator('.message').getByText("is linked to Bob's Galaxy").waitFor()
    await pane(page).getByText('Registered(Linked)').first().waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.locator('.message').getByText('Undone').waitFor()
  },

  'with keys alone: the record in focus is linked': async ({ world, visit }) => {
    const page = await visit(world.linkKeys)
    await page.goto('/activesync?show=suggested')
    await page.keyboard.press('j')
    await page.keyboard.press('l')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 device comes into question').waitFor()
    assert.equal(await dialog.getByRole('searchbox').evaluate((e) => e === document.activeElement), true)
    await dialog.getByRole('button', { name: /^Link Bob's Galaxy/ }).focus()
    await page.keyboard.press('Enter')
    await page.locator('.message').getByText("is linked to Bob's Galaxy").waitFor()
  },

  //
  'all that are clear are linked after a look at them': async ({ world, visit, accessible }) => {
    const page = await visit(world.linkClear, { axe: true })
    await page.goto('/activesync')
    await row(page, 'sales@').getByRole('checkbox').check()
    await row(page, 'ana.silva@').getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Link To', exact: false }).click()
    await page.getByText('2 records are left alone').waitFor()
    await page.goto('/activesync')
    await page.getByRole('link', { name: 'Link all that are clear' }).click()
    await page.getByText('1 record would be linked').waitFor()
    await accessible(page, 'the preview of links')
    await page.getByRole('button', { name: 'Link 1 record' }).click()
    await page.getByText('Done.').first().waitFor()
    await page.goto('/activesync?show=linked')
    await row(page, 'bob@').waitFor()
  },

  //
  'the search box says why a phone does not sync and has the button': async ({ world, visit, accessible }) => {
    const page = await visit(world.linking, { axe: true })
    await page.goto('/sentry')
    await page.keyboard.press('/')
    await page.keyboard.type('sales')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/search\?q=sales/)
    await page.getByText(/not compliant: passcode missing/).first().waitFor()
    await accessible(page, 'the answers')
    await page.locator('.answers .buttons a').first().click()
    await page.getByRole('dialog').locator('form').first().waitFor()
    await accessible(page, 'the dialog that solves it')
  },

  // Y-06 Y-08
  'overrides: one is ended, a phone is approved before it comes, and that is withdrawn': async ({ world, visit, accessible }) => {
    const page = await visit(world.linking, { axe: true })
    await page.goto('/')
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Overrides' }).click()
    await accessible(page, 'the overrides')
    await page.getByRole('link', { name: 'Pre-approve' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Account').fill('carla@lab.example')
    await dialog.getByLabel('DeviceID').fill('APPLNEW0001')
    await dialog.getByLabel('Note').fill('New phone on Monday')
    await accessible(page, 'the form that approves')
    await dialog.getByRole('button', { name: 'Pre-approve' }).click()
    await page.locator('.message').getByText('is let through until').waitFor()
    const approved = page.locator('table.approvals tbody tr')
    assert.match(await approved.innerText(), /APPLNEW0001[\s\S]*Has not come yet[\s\S]*New phone on Monday/)
    await accessible(page, 'the overrides with an approval')
    await approved.getByRole('link', { name: /Withdraw/ }).click()
    await dialog.getByRole('button', { name: /Withdraw/ }).click()
    await page.locator('.message').getByText('is judged like all others').waitFor()
    await page.locator('table.overrides tbody tr', { hasText: 'bob@' }).getByRole('link', { name: /End/ }).click()
    await dialog.getByText('End this override?').waitFor()
    await dialog.getByRole('button', { name: /End/ }).click()
    await page.locator('.message').getByText('is judged like all others').waitFor()
    await page.getByText('Nothing is decided by hand').waitFor()
  },

  'links, overrides, timelines and answers pass every axe rule and fit 390 px, and work without script': async ({ world, visit, accessible }) => {
    const { id } = world.linkKeys
    const paths = ['/overrides', '/overrides/approve', `/link/${id}`, '/activesync/selection/link?all=1&show=suggested', '/search', '/search?q=bob', '/search?q=nobody', `/timeline?record=${id}`,
      `/activesync/${id}`]
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1440, 390]) {
        const page = await visit(world.linkKeys, { axe: true, colorScheme, viewport: { width, height: 900 } })
        for (const p of paths) {
          await page.goto(p)
          await accessible(page, `${p} (${colorScheme}, ${width} px)`)
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          assert.equal(wide, 0, `${p} scrolls sideways at ${width} px`)
        }
        await page.context().close()
      }
    }
    const plain = await visit(world.linkKeys, { javaScriptEnabled: false })
    await plain.goto(`/link/${id}`)
    await plain.getByRole('searchbox', { name: 'Search all registered devices' }).fill('desk')
    await plain.getByRole('button', { name: 'Search', exact: true }).click()
    await plain.getByText('1 device found').waitFor()
  },
}
