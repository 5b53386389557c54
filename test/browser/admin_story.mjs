// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// What administrators do beside looking after phones: signing in elsewhere, bringing in files, and meeting what
// they may not, or cannot, have.

import assert from 'node:assert/strict'

const as = async (page, name, password) => {
  await page.goto('/sign-in')
  await page.getByLabel('User name').fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL((u) => u.pathname === '/')
}

export const adminStories = {
  'somebody signs in with the provider, and whom it does not know is told so': async ({ world, visit, accessible }) => {
    const page = await visit(world.elsewhere, { axe: true })
    await page.goto('/administrators/sign-in')
    await page.getByLabel('Issuer').fill(world.elsewhere.also)
    await page.getByLabel('Client id').fill('vedette')
    await page.getByLabel('Client secret').fill('a secret of the client')
    await page.getByLabel('Name on the sign-in page').fill('the company')
    await page.locator('#m-group-0').fill('auditors')
    await page.locator('#m-role-0').selectOption('auditor')
    await page.getByRole('region', { name: 'Sign in with a provider' }).getByRole('button', { name: 'Save' }).click()
    await page.locator('.message', { hasText: 'Saved' }).waitFor()
    await accessible(page, 'signing in, set up')
    const other = await visit(world.elsewhere, { signedIn: false, axe: true })
    await other.goto('/audit')
    await accessible(other, 'the sign-in page with a provider')
    await fetch(world.elsewhere.poke + '?groups=strangers')
    await other.getByRole('link', { name: 'Sign in with the company' }).click()
    await other.getByRole('alert').getByText('none of your groups has a role here').waitFor()
    await accessible(other, 'the sign-in page after a refusal')
    await fetch(world.elsewhere.poke + '?groups=auditors')
    await other.getByRole('link', { name: 'Sign in with the company' }).click()
    await other.waitForURL((u) => u.pathname === '/')
    await other.getByText('Olga Petrova').first().waitFor()
    await other.getByRole('link', { name: 'Import', exact: true }).click()
    assert.equal(await other.getByRole('button', { name: 'Check the file' }).count(), 0, 'an auditor is offered what she may not do')
    await page.goto('/administrators')
    const row = page.locator('.records tbody tr', { hasText: 'Olga Petrova' })
    assert.match(await row.innerText(), /Auditor/)
    assert.match(await row.innerText(), /By the provider/)
  },

  'a file is checked, brought in and taken back': async ({ world, visit, accessible }) => {
    const page = await visit(world.files, { axe: true })
    await page.goto('/import')
    const text = ['Name,Display name,Email address', 'nina,Nina <b>Novak</b>,nina@lab.example', ',Nobody,', 'otto,Otto Orth,otto@lab.example'].join('\n')
    await page.getByRole('form', { name: 'A file' }).getByLabel('What the lines are').selectOption('users')
    await page.getByRole('form', { name: 'A file' }).getByLabel('File', { exact: true }).setInputFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
    await page.getByRole('button', { name: 'Check the file' }).click()
    await page.getByRole('heading', { name: 'Checked: nothing is changed yet' }).waitFor()
    assert.match(await page.locator('table').last().innerText(), /The line has no name\./)
    await accessible(page, 'a checked file')
    await page.goto('/users?q=nina')
    await page.getByText('No user matches').waitFor()
    await page.goBack()
    await page.getByRole('button', { name: 'Import the lines that can be' }).click()
    await page.getByRole('heading', { name: 'Done', exact: true }).waitFor()
    await accessible(page, 'a file that was brought in')
    const here = page.url()
    await page.getByRole('navigation', { name: 'Lines' }).getByRole('link', { name: /Cannot be done/ }).click()
    assert.equal(await page.locator('table').last().locator('tbody tr').count(), 1)
    await page.goto('/users?q=nina')
    await page.locator('.records tbody tr', { hasText: 'Nina <b>Novak</b>' }).waitFor()
    await page.goto(here)
    await page.getByRole('button', { name: 'Take it back' }).click()
    await page.getByRole('heading', { name: 'Taken back' }).waitFor()
    await page.goto('/users?q=nina')
    await page.getByText('No user matches').waitFor()
    await page.goto('/import')
    await page.getByText('people.csv').waitFor()
    await page.getByRole('form', { name: 'A file' }).getByLabel('File', { exact: true }).setInputFiles({ name: 'odd.csv', mimeType: 'text/csv', buffer: Buffer.from('Shoe size\n43\n') })
    await page.getByRole('button', { name: 'Check the file' }).click()
    await page.getByRole('alert').getByText('names no column').waitFor()
    await accessible(page, 'a file that cannot be read')
    // More than a form may hold: 30,000 lines are 2 MB. What goes on is seen while it goes on.
    const lines = Array.from({ length: 30000 }, (_, i) => `user${i},Somebody with a name of usual length ${i},user${i}@lab.example`)
    await page.getByRole('form', { name: 'A file' }).getByLabel('What the lines are').selectOption('users')
    await page.getByRole('form', { name: 'A file' }).getByLabel('File', { exact: true }).setInputFiles({ name: 'many.csv', mimeType: 'text/csv', buffer: Buffer.from('Name,Display name,Email address\n' + lines.join('\n')) })
    await page.getByRole('button', { name: 'Check the file' }).click()
    await page.getByRole('progressbar').waitFor()
    await accessible(page, 'a file under way')
    await page.getByRole('link', { name: 'How far it is, and stopping it' }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('Stopped').first().waitFor()
  },

  'each role finds every page it is offered, and is told of those it is not': async ({ world, visit, accessible }) => {
    for (const [name, width] of [['grace', 1440], ['hans', 390], ['oleg', 1440]]) {
      const page = await visit(world.staff, { signedIn: false, axe: true, viewport: { width, height: 900 } })
      await as(page, name, world.password)
      const offered = await page.locator('nav a[href^="/"]').evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute('href')))])
      assert.ok(offered.length >= 4, `${name} is offered ${offered}`)
      let refused = 0
      for (const path of ['/', '/devices', '/users', '/activesync', '/overrides', '/expected', '/import', '/sentry', '/sentry/preferences', '/audit', '/jobs', '/administrators', '/sessions', '/tokens',
        '/administrators/sign-in', '/settings', '/settings/mail', '/settings/retention', '/settings/personal-data', '/settings/masking', '/settings/audit-stream', '/settings/backup', '/account']) {
        const answer = await page.goto(path)
        if (offered.includes(path)) assert.equal(answer.status(), 200, `${name} is offered ${path}`)
        if (answer.status() === 403) refused++
        else assert.equal(answer.status(), 200, `${name} at ${path}`)
        await accessible(page, `${path} for ${name}`)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        assert.equal(wide, 0, `${path} scrolls sideways for ${name}`)
      }
      if (name !== 'grace') assert.ok(refused > 0, `${name} may see everything`)
      else for (const path of ['/administrators/new', '/users/new', '/devices/new', '/overrides/approve']) { // an auditor sees everything, and changes nothing
        assert.equal((await page.goto(path)).status(), 403, `${name} at ${path}`)
      }
      await page.context().close()
    }
  },

  'a console that cannot go on says so, and what to do': async ({ world, visit, accessible }) => {
    const page = await visit(world.broken, { axe: true })
    await fetch(world.broken.poke)
    for (const path of ['/', '/activesync', '/sign-in']) {
      const answer = await page.goto(path)
      assert.ok(answer.status() >= 500 || path === '/sign-in', `${path} answers ${answer.status()}`)
      await accessible(page, `${path} of a console that cannot go on`)
    }
    page.complaints = page.complaints.filter((c) => !/status of 50[03]/.test(c))
  },
}
