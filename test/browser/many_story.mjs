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

  // Y-18
  'texts as long and as foreign as they come leave every list its columns at 1440 px': async ({ world, visit }) => {
    const page = await visit(world.oddities)
    for (const path of ['/activesync', '/devices', '/devices?show=waiting', '/users', '/overrides', '/audit', '/jobs', '/sentry', '/import', '/expected', '/administrators', '/sessions', '/tokens']) {
      await page.goto(path)
      await page.evaluate(() => document.fonts.ready)
      const broken = await page.locator('.table-wrap').evaluateAll((all) => all.flatMap((wrap) => {
        const list = []
        if (wrap.scrollWidth > wrap.clientWidth) list.push(`cut off by ${wrap.scrollWidth - wrap.clientWidth} px`)
        for (const cell of wrap.querySelectorAll('tbody :is(td, th):not(.pick)')) {
          const { height, width, right } = cell.getBoundingClientRect(), name = cell.dataset.c
          if (height > 110) list.push(`${name} makes its row ${Math.round(height)} px high`)
          if (cell.textContent.trim().length > 8 && width < 48) list.push(`${name} is ${Math.round(width)} px wide`)
          for (const e of cell.children) if (e.getBoundingClientRect().right > right + 0.5) list.push(`${name} runs into the next column`)
        }
        return [...new Set(list)]
      }))
      assert.deepEqual(broken, [], path)
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0, `${path} scrolls sideways`)
    }
  },

  'j and k move on every list, ? tells the keys of the page it is pressed on, and no others': async ({ world, visit, accessible }) => {
    const page = await visit(world.several, { axe: true })
    await page.goto('/import')
    const form = page.getByRole('form', { name: 'A file' })
    await form.getByLabel('What the lines are').selectOption('expected')
    await form.getByLabel('File', { exact: true }).setInputFiles({ name: 'phones.csv', mimeType: 'text/csv', buffer: Buffer.from('Account,ActiveSync device id\nana.silva,APPLX1\nbob,APPLX2\n') })
    await page.getByRole('button', { name: 'Check the file' }).click()
    await page.getByRole('button', { name: /^Import/ }).click()
    await page.getByText('Done').first().waitFor()
    const at = () => rows(page).evaluateAll((all) => all.findIndex((r) => r.contains(document.activeElement)))
    const letters = async () => (await page.locator('#help kbd:visible').allInnerTexts()).map((t) => t.trim())
    const help = page.getByRole('dialog', { name: 'Keys' })
    for (const [path, has, lacks] of [
      ['/activesync', ['j', 'x', 'a', 'b', 'c', 'r', 'l', 'u', 'm'], []],
      ['/devices?show=registered', ['j', 'x', 'l'], ['a', 'b']],
      ['/users', ['j', 'x'], ['a', 'b', 'l', 'u', 'm']],
      ['/audit', ['j', 'k'], ['x', 'a', 'b', 'r']],
      ['/expected', ['j', 'k'], ['x', 'a', 'b', 'r']],
      ['/settings', ['/', 'Esc'], ['j', 'k', 'x', 'Enter', 'a', 'b']],
    ]) {
      await page.goto(path)
      if (path !== '/settings') {
        await page.keyboard.press('j')
        assert.equal(await at(), 0, `j on ${path}`)
        if (await rows(page).count() > 1) {
          await page.keyboard.press('j')
          assert.equal(await at(), 1, `j again on ${path}`)
          await page.keyboard.press('k')
          assert.equal(await at(), 0, `k on ${path}`)
        }
      }
      await page.keyboard.press('?')
      await help.waitFor()
      const told = await letters()
      for (const key of has) assert.ok(told.includes(key), `${path} does not tell of ${key}: ${told}`)
      for (const key of lacks) assert.ok(!told.includes(key), `${path} tells of ${key}, which does nothing there`)
      await accessible(page, `the keys of ${path}`)
      if (path === '/activesync') await page.screenshot({ path: world.failures + '/many-keys.png' })
      await page.keyboard.press('Escape')
      await help.waitFor({ state: 'hidden' })
    }
  },

  // D-08
  'the four charts of the dashboard are drawn, say their figures in words, and fit': async ({ world, visit, accessible }) => {
    for (const { colorScheme, width } of [{ colorScheme: 'light', width: 1440 }, { colorScheme: 'dark', width: 1440 }, { colorScheme: 'light', width: 390 }, { colorScheme: 'dark', width: 390 }]) {
      const page = await visit(world.demo, { axe: true, colorScheme, viewport: { width, height: 900 }, now: world.now })
      await page.goto('/')
      const cards = page.locator('[data-trend]')
      assert.equal(await cards.count(), 4)
      for (let n = 0; n < 4; n++) {
        const card = cards.nth(n), name = await card.locator('h3').innerText()
        if (await card.locator('.empty').count() > 0) continue // nothing to draw: it says so
        await card.locator('.chart canvas, .chart svg').first().waitFor({ state: 'attached' })
        const box = await card.locator('.chart').boundingBox()
        assert.ok(box.height > 120 && box.width > 200 && box.x + box.width <= width, `${name}: ${JSON.stringify(box)}`)
        await card.locator('summary').click()
        const told = card.locator('tbody tr')
        assert.ok(await told.count() > 1, `${name} has no table of its figures`)
        assert.match(await told.last().innerText(), /\d/)
        await card.locator('summary').click()
      }
      assert.ok(await page.locator('[data-trend] .chart:visible').count() >= 2, 'next to nothing is drawn')
      await accessible(page, `the dashboard (${colorScheme}, ${width} px)`)
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), 0)
      await page.screenshot({ path: `${world.failures}/many-dashboard-${width}-${colorScheme}.png`, fullPage: true })
      await page.context().close()
    }
  },
}
