import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Fixture, startFixture, USER } from './fixture-server.ts'
import { buildPage, DIST, openPage, signIn, soon } from './page.ts'

const item = (page: Page, text: string) => page.locator('.item', { hasText: text })
const links = (page: Page, nav: string) => page.locator(`nav[aria-label=${nav}] a`).allTextContents()

describe.skipIf(chromiumPath === null)('account, people, devices, tokens, audit', () => {
  let browser: Browser
  let fixture: Fixture
  beforeAll(async () => {
    buildPage()
    browser = await launchChromium()
  })
  beforeEach(async () => {
    fixture = await startFixture({ dist: DIST, count: 12, tick: false })
    return () => fixture.stop()
  })
  afterAll(() => browser?.close())

  it('says calmly why signing in did not work, and where else one can', async () => {
    const page = await browser.newPage({ locale: 'en-GB' })
    await page.goto(`${fixture.url}/devices?refused=no-account`)
    await soon(() => page.textContent('[role=alert]')).toContain('There is no account here')
    expect(await page.getAttribute('.providers a', 'href')).toBe('/api/v1/session/oidc/corp?to=%2Fdevices')
    fixture.lock()
    await signIn(page)
    await soon(() => page.textContent('[role=alert]')).toContain('Please wait 5 min')
    await page.close()
  })

  it('an invitation is made, opened elsewhere, and taken up', async () => {
    const { page, errors, close } = await openPage(browser, fixture, '/people')
    await page.click('text=Invite somebody')
    await page.fill('[name=name]', 'Wang Fang')
    await page.fill('[name=email]', 'li.na@example.com')
    await page.click('.form-panel [type=submit]')
    await soon(() => page.textContent('.field-problem')).toContain('has an account already')
    await page.fill('[name=email]', 'wang.fang@example.com')
    await page.click('.form-panel [type=submit]')
    const link = (await page.textContent('.once pre')) ?? ''
    expect(link).toContain('/welcome#')
    expect(await page.locator('.once .qr').count()).toBe(1)
    await page.click('text=I have handed it on')
    await soon(() => page.locator('.once').count()).toBe(0)
    expect(await item(page, 'wang.fang@example.com').count()).toBe(1)
    // the browser notes the 409 that was provoked above
    expect(errors.filter((error) => !error.includes('409'))).toEqual([])

    const guest = await browser.newPage({ locale: 'en-GB' })
    await guest.goto(link)
    await soon(() => guest.textContent('h2')).toContain('You are invited to East Sea Fine Chemicals')
    expect(guest.url()).toBe(`${fixture.url}/welcome`)
    expect(await guest.inputValue('[name=email]')).toBe('wang.fang@example.com')
    await guest.fill('[name=password]', 'wang.fang')
    expect(await guest.locator('.rules .met').count()).toBe(0)
    await guest.fill('[name=password]', 'password password')
    expect(await guest.locator('.rules .met').count()).toBe(2)
    await guest.click('[type=submit]')
    await soon(() => guest.textContent('.field-problem')).toContain('first that are guessed')
    await guest.fill('[name=password]', 'quiet rivers carry tanks')
    await guest.click('[type=submit]')
    await guest.waitForSelector('.shell')
    expect(new URL(guest.url()).pathname).toBe('/')
    // a used link says so
    await guest.goto(link)
    await soon(() => guest.textContent('[role=alert]')).toContain('no longer holds')
    await guest.close()
    await close()
  })

  it('a person is given another role, disabled, and a link for a new password', async () => {
    const { page, errors, close } = await openPage(browser, fixture, '/people')
    const li = item(page, 'Li Na')
    await li.locator('.item-change').click()
    await li.locator('input[value=admin]').check()
    await page.click('text=Save role')
    await soon(() => li.locator('.item-state').textContent()).toContain('Administrator')
    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await soon(() => li.locator('.item-state').textContent()).toContain('Disabled')
    await page.click('text=Enable again')
    await soon(() => li.locator('.item-state').textContent()).not.toContain('Disabled')
    // what is open stands in the address
    expect(new URL(page.url()).searchParams.get('open')).toBe(await li.getAttribute('data-item'))
    await page.click('text=Make a link for a new password')
    await soon(() => page.textContent('.once h2')).toContain('New password for Li Na')
    expect(errors).toEqual([])
    await close()
  })

  it('a device is registered, its secret shown once, rotated and revoked', async () => {
    const { page, errors, close } = await openPage(browser, fixture, '/devices')
    await page.click('text=Register a device')
    await page.fill('[name=id]', 'new-1')
    await page.click('.form-panel [type=submit]')
    const shown = async () => (await page.locator('.once pre').allTextContents()).join('\n')
    await page.waitForSelector('.once')
    expect(await shown()).toContain('secret-1-of-new-1')
    expect(await shown()).toContain('mqtts://zaitu.example:8883')
    expect(await shown()).toContain('mosquitto_pub -h zaitu.example -p 8883')
    expect(await page.locator('.qr path').getAttribute('d')).toMatch(/^M4 4/)
    await page.click('text=I have stored it')
    expect(await page.content()).not.toContain('secret-1-of-new-1')

    const device = item(page, 'new-1')
    await device.locator('.item-change').click()
    await device.locator('input[value="168"]').check()
    await page.click('text=Make new secret')
    await soon(() => page.textContent('.once')).toContain('The old secret still works until')
    expect(await shown()).toContain('secret-2-of-new-1')
    await page.click('text=I have stored it')
    await soon(() => device.textContent()).toContain('Old secret works until')

    await device.locator('.item-change').click()
    await page.click('text=Revoke device…')
    expect(await page.isDisabled('.grave-sure')).toBe(true)
    await page.fill('[name=confirm]', 'new-1')
    await page.click('.grave-sure')
    await soon(() => device.textContent()).toContain('Revoked')
    expect(await device.locator('button').count()).toBe(0)
    expect(errors).toEqual([])
    await close()
  })

  it('a token is made, shown once, and revoked', async () => {
    const { page, errors, close } = await openPage(browser, fixture, '/tokens')
    await page.click('text=Make a token')
    await page.fill('[name=name]', 'ERP')
    await page.check('input[value=telemetry]')
    await page.click('.form-panel [type=submit]')
    await soon(() => page.textContent('.once')).toContain('zt_')
    expect(await page.textContent('.once')).toContain('/api/v1/telemetry')
    await page.click('text=I have stored it')
    await item(page, 'ERP').locator('.item-change').click()
    await page.click('text=Revoke token…')
    await page.click('.grave-sure')
    await soon(() => item(page, 'ERP').textContent()).toContain('Revoked')
    expect(errors).toEqual([])
    await close()
  })

  it('the audit is read, filtered and verified', async () => {
    const { page, errors, close } = await openPage(browser, fixture, '/audit')
    await soon(() => page.locator('.entry').count()).toBe(50)
    await page.click('text=Show older')
    await soon(() => page.locator('.entry').count()).toBe(100)
    await page.selectOption('[name=action]', 'device.registered')
    await soon(() => page.locator('.entry').count()).toBe(24)
    expect(new URL(page.url()).searchParams.get('action')).toBe('device.registered')
    expect(await page.textContent('.entry')).toContain('registered the device')
    await page.click('.chain summary')
    expect(await page.textContent('.chain')).toContain('verify-audit')
    expect(await page.getAttribute('.manage-head a', 'href')).toBe('/api/v1/audit/export')
    expect(errors).toEqual([])
    await close()
  })

  it('the password is changed, other sessions end, and one signs out everywhere', async () => {
    const { page, close } = await openPage(browser, fixture, '/account')
    await soon(() => page.locator('.item').count()).toBe(2)
    await page.fill('[name=current]', 'a guess')
    await page.fill('[name=password]', 'quiet rivers carry tanks')
    await page.click('form [type=submit]')
    await soon(() => page.textContent('.field-problem')).toContain('current password is another')
    await page.fill('[name=current]', 'correct horse')
    await page.click('form [type=submit]')
    await soon(() => page.locator('.item').count()).toBe(1)
    await page.click('text=Sign out everywhere…')
    await page.click('.grave-sure')
    await page.waitForSelector('.sign-in')
    await close()
  })
})

describe.skipIf(chromiumPath === null)('each sees what it can use', () => {
  let browser: Browser
  beforeAll(async () => {
    buildPage()
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  const CASES = [
    { role: 'admin', kind: 'buyer', part: 'buyer', runs: true, sections: 9 },
    { role: 'member', kind: 'carrier', part: 'carrier', runs: true, sections: 3 },
    { role: 'member', kind: 'supplier', part: 'supplier', runs: false, sections: 2 },
    { role: 'viewer', kind: 'buyer', part: 'buyer', runs: false, sections: 3 },
  ] as const
  it.each(CASES)('$role of a $kind', async ({ role, kind, part, runs, sections }) => {
    const user = { ...USER, role, organisation: { ...USER.organisation, kind } }
    const fixture = await startFixture({ dist: DIST, count: 12, tick: false, user, part })
    const { page, errors, close } = await openPage(browser, fixture)
    await page.waitForSelector('.row')
    expect((await page.locator('.acknowledge').count()) > 0).toBe(runs)
    await page.goto(`${fixture.url}/shipments/${fixture.shipments[3]?.id}`)
    await page.waitForSelector('.alarm-item')
    expect((await page.locator('.alarm-item .acknowledge').count()) > 0).toBe(runs)
    expect(await page.locator('.phase-panel').count()).toBe(runs ? 1 : 0)
    if (runs) {
      await page.selectOption('[name=phase]', 'unloading')
      await page.click('.phase-panel button')
      await soon(() => page.textContent('.shipment-head')).toContain('Unloading')
    }
    await page.keyboard.press('4')
    await page.waitForSelector('.item')
    expect(await links(page, 'Sections')).toHaveLength(sections)
    expect(await page.getByRole('button', { name: 'Register a device' }).count()).toBe(role === 'viewer' ? 0 : 1)
    expect((await page.locator('.item-change').count()) > 0).toBe(role !== 'viewer')
    // a link to what one may not use says so
    await page.goto(`${fixture.url}/audit`)
    if (role === 'admin') await page.waitForSelector('.entry')
    else await soon(() => page.textContent('.manage-page')).toContain('Only administrators')
    expect(errors).toEqual([])
    await close()
    await fixture.stop()
  })
})
