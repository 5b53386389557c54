// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Rules: what they are made of, what they hold, and who is let out.

import assert from 'node:assert/strict'

const row = (page, text) => page.locator('.records tbody tr').filter({ hasText: text })
const pane = (page) => page.getByRole('complementary', { name: 'ActiveSync Details' })
const nav = (page, name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name })
const category = (page, name) => pane(page).locator('details.cat', { has: page.locator('summary', { hasText: name }) }).first()

// looked waits until the console has looked at all records.
async function looked(page) {
  await page.locator('.walk').waitFor({ state: 'detached', timeout: 15000 })
}

// make goes from the empty page to the preview of a rule about old phones.
async function make(page, { below, most, action = 'Quarantine' }) {
  await page.goto('/rules')
  await page.getByRole('link', { name: 'New rule' }).first().click()
  await page.getByRole('link', { name: 'Old system' }).click()
  await page.getByLabel('Name', { exact: true }).fill('Old iPhones')
  await page.getByLabel('Lowest good version').fill(below)
  await page.getByRole('radio', { name: action }).check()
  if (most) await page.getByLabel('Records it may hold, at most').fill(most)
  await page.getByRole('button', { name: 'Preview' }).click()
}

export const ruleStories = {
  // Y-07 Y-16
  'rules: old phones are held after a preview, a new one is held at once, released, and held again': async ({ world, visit, accessible }) => {
    const page = await visit(world.rules, { axe: true })
    await nav(page, 'Rules').click()
    await page.getByRole('heading', { name: 'No rule yet' }).waitFor()
    await accessible(page, 'the page without a rule')
    await page.getByRole('link', { name: 'Other kinds' }).click()
    await page.getByText('What does the rule look at?').waitFor()
    await accessible(page, 'the kinds of rules')
    await make(page, { below: '18.5' })
    await page.getByText('It holds 2 records in quarantine.').waitFor()
    await row(page, 'ana.silva').count()
    await page.getByRole('cell', { name: 'Held in quarantine.' }).first().waitFor()
    await accessible(page, 'the preview of a rule')
    await page.getByRole('button', { name: 'Back to the form' }).click()
    assert.equal(await page.getByLabel('Lowest good version').inputValue(), '18.5', 'what was typed is lost')
    await accessible(page, 'the form of a rule')
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByRole('button', { name: 'Create rule' }).click()
    await page.locator('.message').getByText('Old iPhones').waitFor()
    await looked(page)
    await row(page, 'ana.silva').getByText('In quarantine').waitFor() // the page brings itself up to date
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await accessible(page, 'a rule')

    assert.equal((await fetch(world.rules.poke)).status, 200)
    await nav(page, 'Quarantine').click()
    await row(page, 'dora').getByText('Old iPhones').waitFor()
    assert.match(await nav(page, 'Quarantine').innerText(), /3/)
    await accessible(page, 'the page of the quarantine')
    await row(page, 'dora').getByRole('link', { name: 'Release' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 record that is refused now may sync then.').waitFor()
    await accessible(page, 'the question of a release')
    await dialog.getByLabel('Note').fill('Dora is new here')
    await dialog.getByRole('button', { name: 'Release' }).click()
    await page.locator('.message').getByText('released').waitFor()
    await row(page, 'dora').waitFor({ state: 'detached' })
    await page.getByLabel('Show').selectOption('Released')
    await row(page, 'dora').getByText('by ada').waitFor()
    await row(page, 'dora').getByRole('link', { name: 'dora@lab.example', exact: true }).click()
    await category(page, 'Rules').locator('dd').getByText('Released').first().waitFor()
    await pane(page).getByText('Allowed').first().waitFor()
    await pane(page).locator('.do').getByRole('link', { name: 'Hold again' }).click()
    await dialog.getByRole('button', { name: 'Hold again' }).click()
    await page.locator('.message').waitFor()
    await pane(page).locator('.verdict').getByText('quarantine').waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await pane(page).locator('.verdict').getByText('Allowed').waitFor()
  },

  // Y-16
  'rules: one that means too many waits for a person, says so on every page, and is confirmed by its number': async ({ world, visit, accessible }) => {
    const page = await visit(world.rulesCap, { axe: true })
    await make(page, { below: '19', most: '1', action: 'Block' })
    await page.getByText('Otherwise those beyond 1 stay free').waitFor()
    await page.getByRole('checkbox', { name: 'all 2 are meant' }).waitFor()
    await accessible(page, 'the preview of a rule that means too many')
    await page.getByRole('button', { name: 'Create rule' }).click()
    await looked(page)
    await page.goto('/')
    await page.locator('.banner').getByText('1 more match than it may hold').waitFor()
    await accessible(page, 'a page with a rule that waits')
    await page.getByRole('link', { name: 'Look at it' }).click()
    await page.getByRole('link', { name: '1 Waiting' }).click()
    await row(page, 'Waiting for confirmation').waitFor()
    await page.locator('.waits').getByRole('link', { name: 'Confirm' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Are all of these meant by Old iPhones?').waitFor()
    await accessible(page, 'the question of a confirmation')
    await dialog.getByRole('button', { name: 'Confirm 2 records' }).click()
    await page.locator('.message').waitFor()
    await looked(page)
    await page.goto('/rules')
    await row(page, 'Old iPhones').getByText('2', { exact: true }).waitFor()
    assert.equal(await page.locator('.banner').getByText('waits for you').count(), 0, 'the banner stays')
    await row(page, 'Old iPhones').click()
    await page.getByRole('link', { name: 'Take out of force' }).click()
    await dialog.getByText('may sync then').waitFor()
    await dialog.getByRole('button', { name: 'Take out of force' }).click()
    await looked(page)
    await page.goto('/activesync')
    await row(page, 'ana.silva@').getByText('Allowed').waitFor()
  },

  // Y-16
  'rules: with keys alone, several are picked and released': async ({ world, visit }) => {
    const page = await visit(world.rulesKeys)
    await make(page, { below: '19' })
    await page.getByRole('button', { name: 'Create rule' }).click()
    await looked(page)
    await page.goto('/quarantine')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.keyboard.press('q')
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Release 2 records?').waitFor()
    await dialog.getByRole('button', { name: 'Release 2 records' }).press('Enter')
    await page.waitForURL(/\/jobs\//)
    await page.locator('[data-job]').waitFor({ state: 'detached' })
    await page.getByText('Done.').first().waitFor()
    await page.goto('/quarantine')
    await page.getByRole('heading', { name: 'Nobody is in quarantine' }).waitFor()
  },

  //
  'rules: every page of rules and quarantine is accessible, light and dark, wide and narrow': async ({ world, visit, accessible }) => {
    for (const colorScheme of ['light', 'dark']) {
      for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
        const page = await visit(world.ruled, { axe: true, colorScheme, viewport, reducedMotion: 'reduce', now: world.now })
        for (const [what, address] of Object.entries(rulePages(world))) {
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

// rulePages are the pages of rules, for the pictures too.
export function rulePages(world) {
  const { id, out, rules } = world.ruled
  return { rules: '/rules', rule: `/rules/${rules[0]}`, 'rule-waits': `/rules/${rules[1]}`, 'rule-command': `/rules/${rules[2]}`, 'rule-kinds': '/rules/new', 'rule-form': '/rules/new?kind=os-below',
    'rule-form-command': '/rules/new?kind=command', 'rule-form-network': '/rules/new?kind=network', quarantine: '/quarantine', 'quarantine-released': '/quarantine?state=released',
    'quarantine-release': `/quarantine/selection/release?id=${id}`, 'quarantine-record': `/activesync/${id}`, 'quarantine-out': `/activesync/${out}` }
}

// rulePictures takes the pictures of what is asked before a rule does something.
export async function rulePictures(page, take) {
  await page.goto('/rules/new?kind=os-below')
  await page.getByLabel('Name', { exact: true }).fill('Old iPads')
  await page.getByLabel('Lowest good version').fill('18')
  await page.getByLabel('Records it may hold, at most').fill('10')
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.getByRole('button', { name: 'Create rule' }).waitFor()
  await take(page, 'rule-preview')
  await page.goto('/rules?show=waiting')
  await row(page, 'Old Android').click()
  await page.locator('.waits').getByRole('link', { name: 'Confirm' }).click()
  await page.getByRole('dialog').locator('form').waitFor()
  await take(page, 'rule-confirm')
  await page.goto('/rules?show=all')
  await row(page, 'Old iPhones').click()
  await page.getByRole('link', { name: 'Delete' }).click()
  await page.getByRole('dialog').locator('form').waitFor()
  await take(page, 'rule-dialog')
  await page.context().close()
}
