// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Many at once, taken back, and lists that come back as they were left.

import assert from 'node:assert/strict'

const rows = (page) => page.locator('.records tbody tr')
const row = (page, text) => rows(page).filter({ hasText: text })

export const manyStories = {
  // A-17 A-26 Y-07
  'two devices are marked lost together, after a look at what that comes to, and all of it is undone': async ({ world, visit, accessible }) => {
    const page = await visit(world.several, { axe: true })
    await page.goto('/devices?show=registered')
    await row(page, "Bob's Galaxy").getByRole('checkbox').check()
    await row(page, 'Desk iPhone').getByRole('checkbox').check()
    await page.getByText('2 selected').waitFor()
    await accessible(page, 'the selection of devices')
    await page.getByRole('button', { name: 'Mark lost' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Mark 2 devices as lost?').waitFor()
    await dialog.locator('.note.info').getByText('looked at').waitFor()
    await accessible(page, 'the question about devices')
    await page.screenshot({ path: world.failures + '/many-ask.png' })
    await dialog.getByLabel('Note').fill('The van was stolen')
    await dialog.getByRole('button', { name: 'Mark lost 2 devices' }).click()
    await page.getByRole('heading', { name: 'Mark lost 2 devices' }).waitFor()
    await page.getByText('Done.').first().waitFor()
    await accessible(page, 'the job about devices')
    await page.screenshot({ path: world.failures + '/many-job.png' })
    await page.getByRole('link', { name: "Bob's Galaxy", exact: false }).click()
    await page.locator('#pane').getByText('Lost').first().waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'Undo all of it' }).click()
    await page.getByRole('heading', { name: 'Undo: Mark lost 2 devices' }).waitFor()
    await page.getByText('Done.').first().waitFor()
    await page.getByRole('link', { name: 'This takes another action back.' }).click()
    await page.getByText('This has been taken back.').waitFor()
    await page.goto('/devices?show=lost')
    await page.getByText('No device').first().waitFor()
  },

  //
  'a list comes back as it was left, says so, and is reset': async ({ world, visit, accessible }) => {
    const page = await visit(world.left, { axe: true })
    await page.goto('/devices')
    await page.getByLabel('Show', { exact: true }).selectOption('registered')
    await page.waitForURL(/show=registered/)
    await page.getByRole('columnheader', { name: 'Model' }).getByRole('link').click()
    await page.waitForURL(/sort=model/)
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Users' }).click()
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Devices' }).click()
    await page.getByText('As you left it.').waitFor()
    assert.equal(await page.getByLabel('Show', { exact: true }).inputValue(), 'registered')
    assert.equal(await page.locator('th[data-c="model"]').getAttribute('aria-sort'), 'ascending')
    await accessible(page, 'a list as it was left')
    await page.screenshot({ path: world.failures + '/many-left.png' })
    await page.getByRole('link', { name: 'Reset' }).click()
    await page.waitForURL((u) => u.pathname === '/devices' && u.search === '')
    assert.equal(await page.getByText('As you left it.').count(), 0)
    assert.equal(await page.getByLabel('Show', { exact: true }).inputValue(), 'all')
  },

  'in a low window the navigation shows where one is, and the page does not jump': async ({ world, visit }) => {
    const page = await visit(world.low, { viewport: { width: 1440, height: 420 } })
    await page.goto('/settings/backup')
    const seen = await page.locator('#side').evaluate((side) => {
      const here = side.querySelector('.nav [aria-current="page"]').getBoundingClientRect()
      return { top: here.top, bottom: here.bottom, height: innerHeight, page: scrollY }
    })
    assert.ok(seen.top >= 0 && seen.bottom <= seen.height, `it stands at ${seen.top}`)
    assert.equal(seen.page, 0)
    await page.setViewportSize({ width: 390, height: 700 })
    await page.goto('/settings/backup')
    await page.getByRole('link', { name: 'Menu' }).click()
    assert.ok(await page.locator('.nav [aria-current="page"]').evaluate((e) => e.getBoundingClientRect().bottom <= innerHeight))
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true)
  },
}
