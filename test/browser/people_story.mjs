// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Devices and the people they belong to.

import assert from 'node:assert/strict'

const rows = (page) => page.locator('.records tbody tr')
const row = (page, text) => rows(page).filter({ hasText: text })
const device = (page) => page.getByRole('complementary', { name: 'Device Details' })
const user = (page) => page.getByRole('complementary', { name: 'User Details' })
const nav = (page, name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true })

export const peopleStories = {
  // A-06 A-13 A-24
  'a phone that waits is registered with what it tells, and its records are linked': async ({ world, visit, accessible }) => {
    const page = await visit(world.people, { axe: true })
    await nav(page, 'Devices').click()
    await page.getByLabel('Show', { exact: true }).selectOption('Waiting')
    await row(page, 'iPhone 15 Pro').waitFor()
    await row(page, 'iPhone 15 Pro').click()
    await device(page).getByText('waits to be registered').waitFor()
    await device(page).getByRole('link', { name: 'Register' }).click()
    assert.equal(await page.getByLabel('Model', { exact: true }).inputValue(), 'iPhone 15 Pro')
    await page.getByLabel('Name', { exact: true }).fill("Ana's iPhone")
    const offered = page.waitForResponse((r) => r.url().includes('/users/names'))
    await page.getByLabel('Owner', { exact: true }).fill('ana')
    await offered
    assert.equal(await page.locator('#names option[value="ana.silva"]').count(), 1)
    await accessible(page, 'the form of a device')
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.getByText('No user is called “ana”.').waitFor()
    assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), "Ana's iPhone", 'what was typed is lost')
    await page.getByLabel('Owner', { exact: true }).fill('ana.silva')
    await page.getByRole('button', { name: 'Register', exact: true }).click()
    await page.locator('.message').getByText('2 records are linked to it.').waitFor()
    await device(page).getByText("Ana's iPhone").first().waitFor()
    await device(page).getByRole('link', { name: 'sales@lab.example' }).click()
    await page.getByRole('complementary', { name: 'ActiveSync Details' }).getByText('Registered(Linked)').first().waitFor({ state: 'attached' })
  },

  // A-26 M-06 R-14
  'with keys alone a device is marked lost, which says what it reaches, and found again': async ({ world, visit, accessible }) => {
    const page = await visit(world.peopleKeys, { axe: true })
    await page.goto('/devices?show=registered')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await device(page).getByText('Active.').waitFor()
    await page.keyboard.press('l')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('This reaches 1 record. 1 record that may sync now is refused then.').waitFor()
    await accessible(page, 'the dialog of a device')
    await dialog.getByLabel('Note').fill('Left in a taxi')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.message').getByText('is marked lost').waitFor()
    await device(page).getByText('Lost: the 1 record of this phone is refused.').waitFor()
    await device(page).locator('.belongings').getByText('Blocked').waitFor()
    await page.keyboard.press('f')
    await dialog.getByRole('button', { name: 'Mark found' }).click()
    await device(page).getByText('Active.').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await device(page).getByText('Lost: the 1 record').waitFor()
  },

  // A-26 D-02
  'the details of a device follow what somebody else does, and what was opened stays open': async ({ world, visit }) => {
    const page = await visit(world.peopleLive)
    await page.goto(`/devices/${world.peopleLive.id}`)
    await device(page).getByText('Active.').waitFor()
    const compliance = device(page).locator('details.cat').filter({ has: page.locator('summary', { hasText: 'Compliance' }) })
    await compliance.locator('summary').click()
    await page.evaluate(() => document.activeElement.blur())
    await fetch(world.peopleLive.poke)
    const soon = { timeout: 15000 } // much sooner than everything is asked for again
    await device(page).getByText('Lost: the 1 record of this phone is refused.').waitFor(soon)
    await device(page).locator('.belongings').getByText('Blocked').waitFor()
    assert.ok(await compliance.evaluate((d) => d.open))
    await fetch(world.peopleLive.poke)
    await device(page).getByText('No record is linked to it.').waitFor(soon)
    assert.ok(await compliance.evaluate((d) => d.open))
    await device(page).locator('details.cat').filter({ hasText: 'Why no phone is linked' }).first().waitFor()
    await device(page).locator('[data-close-pane]').click()
    assert.equal(await device(page).locator('details').count(), 0)
  },

  // M-06 M-08
  'a device that breaks its policy is refused with the reason, and let in again': async ({ world, visit, accessible }) => {
    const page = await visit(world.peopleRules, { axe: true })
    await page.goto('/devices?show=registered')
    await row(page, 'Tablet of the lab').click()
    await device(page).getByRole('link', { name: 'Compliance' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('With “Not compliant”: 1 record that may sync now is refused then.').waitFor()
    await accessible(page, 'the dialog about compliance')
    await dialog.getByLabel('Not compliant').check()
    await dialog.getByLabel('Why not').fill('passcode missing\nOS too old')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.locator('.message').getByText('passcode missing; OS too old').waitFor()
    await device(page).getByText('“passcode missing; OS too old”').waitFor()
    await page.goto('/devices?show=noncompliant')
    assert.equal(await rows(page).count(), 1)
    await page.goto('/activesync?show=blocked&q=asilva')
    assert.equal(await rows(page).count(), 1)
  },

  'a user is added with an account, and disabled with it': async ({ world, visit, accessible }) => {
    const page = await visit(world.peopleRules, { axe: true })
    await nav(page, 'Users').click()
    await page.getByRole('link', { name: 'Add user' }).click()
    await page.getByLabel('Name', { exact: true }).fill('bob')
    await page.getByLabel('Display name').fill('Bob Baker')
    await page.getByLabel('Account', { exact: true }).first().fill('bob')
    await page.getByRole('combobox', { name: 'Mail server' }).first().selectOption('lab')
    await accessible(page, 'the form of a user')
    await page.getByRole('button', { name: 'Add user' }).click()
    await user(page).getByText('SM-S921B').first().waitFor()
    await accessible(page, 'a user')
    await user(page).getByRole('link', { name: 'Disable' }).click()
    await page.getByRole('dialog').getByText('Disable this user?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await user(page).getByText("Disabled: the user's 1 record is refused.").waitFor()
    await user(page).getByRole('link', { name: 'Enable' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click()
    await user(page).getByText('Enabled.').waitFor()
  },

  //
  'two names that are one account are merged after a preview, and part again': async ({ world, visit, accessible }) => {
    const page = await visit(world.peopleMerge, { axe: true })
    await page.goto('/users')
    await row(page, 'ana.silva').click()
    await user(page).getByRole('link', { name: 'Merge names' }).click()
    assert.equal(await page.getByLabel('Is', { exact: true }).inputValue(), 'ana.silva')
    await page.getByLabel('Who comes as', { exact: true }).fill('asilva')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByText('1 record moves.').waitFor()
    await accessible(page, 'the preview of a merge')
    await page.getByRole('button', { name: 'Merge names' }).click()
    await page.locator('.message').getByRole('button', { name: 'Undo' }).waitFor()
    await user(page).getByText('another name of ana.silva', { exact: true }).waitFor()
    await user(page).getByRole('link', { name: 'Split' }).click()
    await page.getByRole('dialog').getByText('Split these names again?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Split' }).click()
    await page.locator('.message').waitFor()
    await user(page).getByText('another name of ana.silva', { exact: true }).waitFor({ state: 'detached' })
  },

  'without script devices and people can be looked after': async ({ world, visit }) => {
    const page = await visit(world.people, { javaScriptEnabled: false })
    await page.goto('/devices?show=registered')
    await row(page, 'Tablet of the lab').getByRole('link').first().click()
    await device(page).getByRole('link', { name: 'Retire' }).click()
    await page.getByLabel('Note').fill('Worn out')
    await page.getByRole('button', { name: 'Retire' }).click()
    await device(page).getByText('Retired: ').waitFor()
    await device(page).getByRole('link', { name: 'Activate' }).click()
    await page.getByRole('button', { name: 'Activate' }).click()
    await device(page).getByText('Active.').waitFor()
  },

  'the pages of devices and people pass every axe rule, and fit': async ({ world, visit, accessible }) => {
    const ids = {}
    // Colours hang on the one, room on the other: two looks show what four would.
    for (const { colorScheme, width } of [{ colorScheme: 'light', width: 1440 }, { colorScheme: 'dark', width: 390 }]) {
      for (const [w, paths] of [
        [world.demo, ['/devices', '/devices?show=noncompliant', '/devices/{device}', '/devices/edit/{device}', '/devices/compliance/{device}', '/devices/selection/retire?id={device}',
          '/users', '/users/{user}', '/users/edit/{user}', '/users/selection/disable-user?id={user}', '/users/merge/{user}']],
        [world.oddities, ['/devices', '/devices/{device}', '/users', '/users/{user}']],
        [world.empty, ['/devices', '/devices/new', '/devices?show=lost', '/users', '/users/new', '/users/merge', '/users?q=nobody', '/users/missing']],
      ]) {
        const page = await visit(w, { axe: true, colorScheme, viewport: { width, height: 900 } })
        for (const p of paths) {
          const kind = p.match(/\{(\w+)\}/)?.[1]
          if (kind && !ids[w.url + kind]) {
            await page.goto(kind === 'user' ? '/users' : '/devices?show=registered')
            ids[w.url + kind] = await rows(page).first().getAttribute('data-id')
          }
          await page.goto(p.replace(`{${kind}}`, ids[w.url + kind]))
          await accessible(page, `${p} (${colorScheme}, ${width} px)`)
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          assert.equal(wide, 0, `${p} scrolls sideways at ${width} px`)
          const cut = await page.locator('.records').evaluateAll((list) => list.map((e) => e.parentElement.scrollWidth - e.parentElement.clientWidth))
          if (width === 1440) assert.deepEqual(cut.filter((n) => n > 0), [], `${p} cuts its table off`)
        }
        await page.context().close()
      }
    }
  },
}
