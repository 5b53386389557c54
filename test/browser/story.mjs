// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// What a person does with the pages. The ledger's IDs stand beside the stories that show them.

import assert from 'node:assert/strict'

const rows = (page) => page.locator('.records tbody tr')
const row = (page, text) => rows(page).filter({ hasText: text })

// assertSoon polls what happens in the story itself.
async function assertSoon(holds, otherwise) {
  for (const end = Date.now() + 8000; !holds(); await new Promise((r) => setTimeout(r, 20))) assert.ok(Date.now() < end, otherwise)
}

export const stories = {
  // A-01 A-11
  'the ActiveSync page is found under Devices & Users and lists what the gateways reported': async ({ world, visit }) => {
    const page = await visit(world.three)
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'ActiveSync', exact: true }).click()
    await page.getByRole('heading', { name: 'ActiveSync', level: 1 }).waitFor()
    assert.equal(await rows(page).count(), 3)
    assert.match(await row(page, 'bob@').innerText(), /Unregistered \(Unlinked\)/)
    assert.match(await row(page, 'ana.silva@').innerText(), /Registered\(Linked\)/)
    const heads = await page.locator('.records thead th').allInnerTexts()
    assert.deepEqual(heads.map((h) => h.trim()).slice(1), ['DeviceID', 'User', 'Number', 'Phone', 'OS', 'Status', 'Sync Status',
      'First Sync Time', 'Last Sync Time', 'Mailbox ID', 'Domain'])
  },

  // D-01 D-02
  'a click opens the details on the right, an arrow opens a category, and the address can be passed on': async ({ world, visit }) => {
    const page = await visit(world.three)
    await page.goto('/activesync')
    await row(page, 'bob@').click()
    const pane = page.getByRole('complementary', { name: 'ActiveSync Details' })
    await pane.getByText('Blocked by an administrator.').first().waitFor()
    const box = await pane.boundingBox()
    assert.ok(box.x > 900, `the pane begins at ${box.x}`)
    const device = pane.locator('details', { hasText: 'Device Details' })
    assert.equal(await device.evaluate((d) => d.open), false)
    await device.locator('summary').click()
    await device.getByText('SM-S921B/14').waitFor()
    const again = await page.context().newPage()
    await again.goto(page.url())
    await again.getByRole('complementary', { name: 'ActiveSync Details' }).getByText('Phone left in a taxi').first().waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await pane.locator('details').count(), 0)
    assert.equal(new URL(page.url()).pathname, '/activesync')
  },

  // A-17 D-08 Y-02
  'block with a note in a dialog, see who has applied it, undo it': async ({ world, visit, accessible }) => {
    const page = await visit(world.acting, { axe: true })
    await page.goto('/activesync')
    await row(page, 'sales@').getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Block', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Block this record?').waitFor()
    await accessible(page, 'the dialog')
    await dialog.getByLabel('Note').fill('Left the company')
    await dialog.getByRole('button', { name: 'Block' }).click()
    await page.locator('.message').getByText('blocked').first().waitFor()
    await page.locator('.message').getByText('Applied by 2 of 3 gateways.').waitFor()
    assert.match(await row(page, 'sales@').innerText(), /Blocked/)
    assert.match(await row(page, 'ana.silva@').innerText(), /Allowed/)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.locator('.message').getByText('Undone').waitFor()
    assert.match(await row(page, 'sales@').innerText(), /Allowed/)
  },

  'with keys alone: search, move, open, comment': async ({ world, visit }) => {
    const page = await visit(world.acting)
    await page.goto('/activesync')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    const pane = page.getByRole('complementary', { name: 'ActiveSync Details' })
    await pane.locator('details').first().waitFor()
    await page.keyboard.press('c')
    await page.getByRole('dialog').getByLabel('Comment').fill('Seen with keys')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.locator('.message').waitFor()
    await pane.locator('dd').getByText('Seen with keys', { exact: true }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('ana')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/search\?q=ana/)
    assert.equal(await page.locator('.answers > li').count(), 1)
  },

  'a dialog keeps the focus and the words of whoever is quicker than the page': async ({ world, visit }) => {
    const page = await visit(world.acting)
    await page.goto('/activesync')
    await page.evaluate(() => {
      globalThis.answers = 0
      document.addEventListener('htmx:afterRequest', () => globalThis.answers++)
      document.addEventListener('htmx:afterSwap', (event) => {
        if (event.detail.target.id === 'dialog') queueMicrotask(() => document.querySelector('#dialog [data-close]').focus())
      }, { once: true })
    })
    const asked = []
    await page.route('**/activesync/selection/comment?*', (route) => { asked.push(route) })
    const answered = async (n) => {
      await assertSoon(() => asked.length >= n, 'no question is asked')
      await asked[n - 1].continue()
      await page.waitForFunction((n) => globalThis.answers >= n, n)
    }
    await page.keyboard.press('j')
    await page.keyboard.press('c')
    await page.keyboard.press('c') // nothing has come yet
    await answered(1)
    const dialog = page.getByRole('dialog')
    await page.waitForTimeout(200) // longer than anything waits that might still move the focus
    assert.ok(await dialog.locator('[data-close]').evaluate((e) => e === document.activeElement), 'the focus has been moved')
    await dialog.getByLabel('Comment').fill('Typed at once')
    await answered(2)
    assert.equal(await dialog.getByLabel('Comment').inputValue(), 'Typed at once')
  },

  // A-14 A-15
  'several at once become a job with a result for each': async ({ world, visit, accessible }) => {
    const page = await visit(world.acting, { axe: true })
    await page.goto('/activesync')
    await page.getByLabel('Select every record of this page').check()
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Allow 3 records' }).click()
    await page.getByText('Done.').first().waitFor()
    assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Allow 3 records')
    assert.equal(await page.locator('table tbody tr').count(), 3)
    await accessible(page, 'the job page')
  },

  //
  'rows in view change where they stand, and new ones are announced': async ({ world, visit }) => {
    const page = await visit(world.live)
    await page.goto('/activesync')
    await page.evaluate(() => document.fonts.ready)
    const places = () => rows(page).evaluateAll((list) => list.map((r) => {
      const { x, y, width, height } = r.getBoundingClientRect()
      return [r.dataset.id, x, y, width, height].join(' ')
    }))
    const words = () => rows(page).evaluateAll((list) => list.map((r) => r.dataset.rev))
    const [before, revisions] = [await places(), await words()]
    assert.equal(before.length, 3)
    const bob = (await rows(page).allInnerTexts()).findIndex((t) => t.includes('bob@'))
    await rows(page).nth(bob).hover()
    const asked = []
    page.on('request', (r) => asked.push(r.url()))
    await page.waitForTimeout(1500) // what came with the page is settled
    assert.ok(asked.filter((u) => u.includes('/activesync/rows')).length <= 2, 'the page keeps asking though nothing happens')
    asked.length = 0
    await fetch(world.live.poke)
    const began = Date.now()
    await row(page, 'bob@').getByText('Allowed').waitFor()
    const took = Date.now() - began
    assert.ok(took < 1000, `the change showed after ${took} ms`)
    await page.locator('#news').getByText('1 new record').waitFor()
    const bobs = await rows(page).nth(bob).getAttribute('data-id')
    for (const u of asked) assert.deepEqual(new URL(u).searchParams.getAll('id').filter((id) => id !== bobs), [], 'it asks for what has not changed')
    assert.deepEqual(await places(), before, 'a row has moved, grown or changed places')
    const changed = (await words()).flatMap((rev, i) => (rev === revisions[i] ? [] : [i]))
    assert.deepEqual(changed, [bob], 'rows other than the changed one were renewed')
    assert.ok(await rows(page).nth(bob).evaluate((r) => r.matches(':hover')), 'the row has gone from under the pointer')
    await page.locator('#news').getByText('1 new record').waitFor()
    await page.locator('#news a').click()
    await row(page, 'newcomer@').waitFor()
  },

  'a page out of sight gives its stream up, and catches up when it is back': async ({ world, visit }) => {
    const page = await visit(world.hidden)
    let streams = 0
    page.on('request', (r) => { if (r.url().includes('/live?list=1')) streams++ })
    await page.goto('/activesync')
    const hide = (yes) => page.evaluate((yes) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => yes })
      document.dispatchEvent(new Event('visibilitychange'))
    }, yes)
    await page.waitForTimeout(500)
    assert.equal(streams, 1, 'a page has one stream')
    const given = page.waitForEvent('requestfailed', (r) => r.url().includes('/live?'))
    await hide(true)
    await given
    await fetch(world.hidden.poke)
    await page.waitForTimeout(1500)
    assert.match(await row(page, 'bob@').innerText(), /Blocked/)
    await hide(false)
    await row(page, 'bob@').getByText('Allowed').waitFor()
    assert.equal(streams, 2)
  },

  'without a stream the page asks now and then': async ({ world, visit }) => {
    const page = await visit(world.streamless)
    await page.route('**/live?*', (r) => r.fulfill({ status: 429, body: 'enough' }))
    await page.goto('/activesync')
    await fetch(world.streamless.poke)
    await row(page, 'bob@').getByText('Allowed').waitFor({ timeout: 20000 })
  },

  'a session that ends elsewhere takes its pages to the sign-in': async ({ world, visit }) => {
    const page = await visit(world.three)
    await page.goto('/activesync')
    const other = await page.context().newPage()
    await other.goto('/')
    await page.bringToFront()
    await other.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL((u) => u.pathname === '/sign-in')
  },

  // D-02
  'the open details follow what somebody else does, and what was opened stays open': async ({ world, visit }) => {
    const page = await visit(world.pane)
    await page.goto(`/activesync/${world.pane.id}`)
    const pane = page.getByRole('complementary', { name: 'ActiveSync Details' })
    await pane.getByText('Blocked by an administrator.').first().waitFor()
    await pane.locator('details', { hasText: 'Device Details' }).locator('summary').click()
    await fetch(world.pane.poke)
    await pane.getByText('Allowed by an administrator.').first().waitFor()
    assert.ok(await pane.locator('details', { hasText: 'Device Details' }).evaluate((d) => d.open))
  },

  // C-01 Y-18
  'in a window of 1440 px every usual column is in sight; in a narrower one the table scrolls and shows it': async ({ world, visit }) => {
    const places = [[world.three, ['/activesync', '/sentry']], [world.odd, ['/activesync', '/sentry']], [world.demo, ['/activesync', '/sentry']], [world.oddities, ['/activesync', '/sentry']], [world.shadow, ['/activesync']], [world.many, ['/activesync']]]
    for (const [w, paths] of places) {
      const page = await visit(w)
      for (const p of paths) {
        await page.setViewportSize({ width: 1440, height: 900 })
        await page.goto(p)
        await page.evaluate(() => document.fonts.ready)
        const cut = await page.locator('.table-wrap').evaluateAll((list) => list.map((e) => e.scrollWidth - e.clientWidth))
        assert.deepEqual(cut.filter((n) => n > 0), [], `${p} cuts its tables off at 1440 px`)
        if (p !== '/activesync') continue
        const out = await page.locator('.records td:not(.pick) > *').evaluateAll((list) => list.filter((e) =>
          e.getBoundingClientRect().right > e.closest('td').getBoundingClientRect().right + 0.5 || e.getBoundingClientRect().left < e.closest('td').getBoundingClientRect().left - 0.5).map((e) => e.outerHTML))
        assert.deepEqual(out, [], 'what is in a column runs into the next')
        await page.setViewportSize({ width: 1000, height: 900 })
        const wrap = page.locator('.table-wrap')
        assert.ok(await wrap.evaluate((e) => e.scrollWidth > e.clientWidth && getComputedStyle(e).overflowX === 'auto'))
        assert.match(await wrap.evaluate((e) => getComputedStyle(e).backgroundImage), /linear-gradient/)
      }
    }
  },

  // X-07 X-08
  'a refused newcomer is found by user name and let in': async ({ world, visit }) => {
    const page = await visit(world.autoblock)
    await page.goto('/activesync')
    await page.getByRole('searchbox', { name: 'Search in this list' }).fill('sales')
    await page.getByRole('button', { name: 'Search', exact: true }).click()
    const found = row(page, 'sales@')
    assert.match(await found.innerText(), /Unregistered \(Unlinked\)[\s\S]*Blocked/)
    await found.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Allow', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Allow' }).click()
    await found.getByText('Allowed').waitFor()
    await page.goto('/activesync?show=blocked')
    assert.equal(await row(page, 'bob@').count(), 1)
  },

  // Y-18
  'preferences are tried before they are saved, and shadow mode says so everywhere': async ({ world, visit, accessible }) => {
    const page = await visit(world.prefs, { axe: true })
    await page.goto('/sentry/preferences')
    await accessible(page, 'the preferences')
    await page.getByLabel('Auto Block Unregistered(unlinked) Devices').selectOption('Yes')
    await page.getByRole('button', { name: 'Preview changes' }).click()
    await page.getByText('Nothing is saved yet').waitFor()
    await page.getByText(/1 newly refused/).waitFor()
    await accessible(page, 'the preview')
    await page.getByLabel('Reason').fill('New rule')
    await page.getByRole('button', { name: 'Save and apply' }).click()
    await page.locator('.message').getByText(/Saved/).waitFor()
    await page.getByLabel('Mode').selectOption('Observe (shadow mode)')
    await page.getByRole('button', { name: 'Preview changes' }).click()
    await page.getByRole('button', { name: 'Save and apply' }).click()
    await page.getByText('Shadow mode.').waitFor()
    await page.goto('/activesync?show=blocked')
    await page.getByText('not enforced').first().waitFor()
    await page.getByRole('link', { name: 'Turn enforcement on…' }).first().click()
    await page.getByRole('button', { name: 'Save and apply' }).click()
    await page.locator('.message').getByText(/Saved/).waitFor()
    assert.equal(await page.getByText('Shadow mode.').count(), 0)
  },

  'set-up, signing in with a second factor, tokens': async ({ world, visit, accessible }) => {
    const page = await visit(world.setup, { signedIn: false, axe: true })
    await page.goto('/setup?token=' + world.setup.token)
    await accessible(page, 'set-up')
    await page.getByLabel('User name').fill('grace')
    await page.getByLabel('Password', { exact: true }).fill('a long enough password')
    await page.getByLabel('Password again').fill('a long enough password')
    assert.ok(await page.getByLabel('Observe first').isChecked())
    await page.getByRole('button', { name: 'Create administrator' }).click()
    await page.locator('.message').getByText('Shadow mode is on').waitFor()
    await page.goto('/account')
    await accessible(page, 'the account')
    await page.getByRole('textbox', { name: 'Password', exact: true }).fill('a long enough password')
    await page.getByRole('button', { name: 'Set up an authenticator' }).click()
    await page.locator('svg.qr').waitFor()
    await accessible(page, 'the account with a QR code')
    await page.getByLabel('Name', { exact: true }).fill('scripts')
    await page.getByRole('button', { name: 'Create token' }).click()
    assert.match(await page.locator('.secret').first().innerText(), /^vdt_/)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('You are signed out.').waitFor()
    await accessible(page, 'the sign-in page')
    await page.goto('/setup?token=' + world.setup.token)
    await page.getByText('Nothing here').waitFor()
    await accessible(page, 'an error page')
  },

  'hostile text stays text': async ({ world, visit }) => {
    const page = await visit(world.odd)
    for (const cols of ['', '?cols=device.user.phone.os.client.comment.number']) {
      await page.goto('/activesync' + cols)
      assert.equal(await page.locator('main script, main img').count(), 0)
    }
    await row(page, '<script>alert(1)</script>').first().click()
    await page.getByRole('complementary', { name: 'ActiveSync Details' }).locator('details').first().waitFor()
    assert.equal(await page.locator('.pane script, .pane img').count(), 0)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.equal(wide, 0, 'the page scrolls sideways')
  },

  'without script everything can still be done': async ({ world, visit }) => {
    const page = await visit(world.plain, { javaScriptEnabled: false })
    await page.goto('/activesync')
    await row(page, 'sales@').getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Block', exact: true }).click()
    await page.getByLabel('Note').fill('by hand')
    await page.getByRole('button', { name: 'Block' }).click()
    await page.locator('.message').waitFor()
    assert.match(await row(page, 'sales@').innerText(), /Blocked/)
    await row(page, 'sales@').getByRole('link').first().click()
    await page.getByRole('complementary', { name: 'ActiveSync Details' }).getByText('by hand').first().waitFor()
    await page.getByText('Columns').first().click()
    await page.getByLabel('Comment').check()
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    assert.equal(await page.locator('.records thead th', { hasText: 'Comment' }).count(), 1)
  },

  'settings are found, saved, tried out and previewed': async ({ world, visit, accessible }) => {
    const page = await visit(world.plain, { axe: true })
    await page.goto('/')
    await page.getByRole('link', { name: 'General' }).click()
    await page.getByLabel('Time zone').fill('Europe/Zurich')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.message', { hasText: 'Europe/Zurich' }).waitFor()
    await page.goto('/audit')
    assert.match(await page.locator('tbody time').first().getAttribute('title'), / CES?T$/)
    await page.getByRole('link', { name: 'Mail', exact: true }).click()
    await page.getByLabel('Mail server').fill('127.0.0.1')
    await page.getByLabel('Port').fill('1')
    await page.getByLabel('Sender').fill('vedette@example.com')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.message', { hasText: 'Saved' }).waitFor()
    await page.getByLabel('Recipient', { exact: true }).fill('ada@example.com')
    await page.getByRole('button', { name: 'Send a test mail' }).click()
    await page.locator('.message').getByText(/No mail server is set|nothing listens/).waitFor()
    await page.getByRole('link', { name: 'Retention' }).click()
    await page.getByLabel('Records without a contact for').fill('90')
    await page.getByRole('button', { name: 'Preview changes' }).click()
    await page.getByRole('heading', { name: 'What would go' }).waitFor()
    await accessible(page, 'the preview of a purge')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.message', { hasText: '90' }).waitFor()
    for (const path of ['/settings', '/settings/mail', '/settings/retention', '/settings/personal-data', '/settings/masking', '/settings/audit-stream', '/settings/backup']) {
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 })
        await page.goto(path)
        await accessible(page, `${path} (${width} px)`)
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        assert.equal(wide, 0, `${path} scrolls sideways at ${width} px`)
      }
    }
    await page.goto('/settings')
    await page.getByLabel('Time zone').fill('UTC')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.message', { hasText: 'UTC' }).waitFor()
  },

  'every page passes every axe rule, light and dark, wide and narrow': async ({ world, visit, accessible }) => {
    for (const [w, paths] of [
      [world.three, ['/', '/activesync', `/activesync/${world.three.id}`, '/sentry', '/sentry/preferences', '/audit', '/jobs', '/account', `/activesync/selection/remove?id=${world.three.id}`,
        '/settings', '/settings/mail', '/settings/retention', '/settings/personal-data', '/settings/masking', '/settings/audit-stream', '/settings/backup']],
      [world.empty, ['/', '/activesync', '/sentry', '/audit', '/activesync?q=nothing', '/activesync/missing', '/sentry/preferences/preview']],
      [world.odd, ['/activesync']],
      [world.demo, ['/activesync']],
    ]) {
      for (const colorScheme of ['light', 'dark']) {
        for (const width of [1440, 390]) {
          const page = await visit(w, { axe: true, colorScheme, viewport: { width, height: 900 } })
          for (const p of paths) {
            await page.goto(p)
            await accessible(page, `${p} (${colorScheme}, ${width} px)`)
            const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
            assert.equal(wide, 0, `${p} scrolls sideways at ${width} px`)
          }
          await page.context().close()
        }
      }
    }
  },

  'a calm page moves nothing for who wants it so': async ({ world, visit }) => {
    const page = await visit(world.three, { reducedMotion: 'reduce' })
    await page.goto('/activesync')
    const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => {
      const s = getComputedStyle(e)
      return s.animationName !== 'none' || (s.transitionProperty !== 'none' && s.transitionDuration.split(',').some((d) => parseFloat(d) > 0))
    }).length)
    assert.equal(moving, 0)
  },

  'a passkey is added with a key of the browser, signs in alone, and beside the password': async ({ world, visit, accessible }) => {
    const named = { ...world.passkeys, url: world.passkeys.url.replace('127.0.0.1', 'localhost') } // a key belongs to a name
    const page = await visit(named, { signedIn: false, axe: true })
    const chrome = await page.context().newCDPSession(page)
    await chrome.send('WebAuthn.enable')
    await chrome.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true,
      hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } })
    const withPassword = async () => {
      await page.goto('/sign-in')
      await page.getByLabel('User name').fill(world.user)
      await page.getByLabel('Password').fill(world.password)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    }
    await withPassword()
    await page.goto('/account')
    const card = page.getByRole('region', { name: 'Passkeys' })
    await card.getByLabel('Name').fill('Laptop')
    await card.getByLabel('Password').fill(world.password)
    await card.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'Make the passkey' }).click()
    await page.getByText('Recovery codes.').waitFor()
    await page.goto('/account')
    assert.equal(await card.getByLabel('Name').first().inputValue(), 'Laptop')
    await accessible(page, 'the account')
    await page.locator('form[action="/sign-out"]').first().evaluate((f) => f.submit())
    await page.waitForURL((u) => u.pathname === '/sign-in')
    await page.goto('/sign-in')
    await accessible(page, 'the sign-in page')
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL((u) => u.pathname === '/')
    await page.locator('form[action="/sign-out"]').first().evaluate((f) => f.submit())
    await page.waitForURL((u) => u.pathname === '/sign-in')
    await withPassword()
    await page.getByRole('button', { name: 'Use your passkey' }).click()
    await page.waitForURL((u) => u.pathname === '/')
    for (const path of ['/administrators', '/administrators/new', '/administrators/roles', '/administrators/sign-in', '/sessions', '/tokens']) {
      await page.goto(path)
      await accessible(page, path)
    }
  },
}
