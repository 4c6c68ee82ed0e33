import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromiumPath, launchChromium } from './chromium.ts'
import { makeAlarm } from './fixture-fleet.ts'
import { type Fixture, startFixture } from './fixture-server.ts'
import { buildPage, DIST, openPage, signIn, soon } from './page.ts'

describe.skipIf(chromiumPath === null)('the fleet', () => {
  let browser: Browser
  let fixture: Fixture
  beforeAll(async () => {
    buildPage()
    browser = await launchChromium()
  })
  beforeEach(async () => {
    fixture = await startFixture({ dist: DIST, count: 120, tick: false })
    return () => fixture.stop()
  })
  afterAll(() => browser?.close())

  it('signs in, says what is wrong, and signs out', async () => {
    const page = await browser.newPage({ locale: 'en-GB' })
    await page.goto(fixture.url)
    expect(await page.textContent('.note-quiet')).toContain('buyer@example.com')
    await signIn(page, 'buyer@example.com', 'guess')
    expect(await page.textContent('[role=alert]:has(p)')).toContain('do not belong together')
    await signIn(page)
    await page.waitForSelector('.row')
    await page.click('[aria-controls=settings]')
    await page.click('text=Sign out')
    await page.waitForSelector('.sign-in')
    await page.reload()
    await page.waitForSelector('.sign-in')
    await page.close()
  })

  it('shows what needs attention first, with its value, limit and why', async () => {
    const { page, errors, close } = await openPage(browser, fixture)
    const first = page.locator('.row').first()
    await soon(() => first.textContent()).toContain('Temperature very high')
    expect(await first.textContent()).toContain('above limit')
    expect(await first.textContent()).toContain('UN 1040')
    // the summary speaks of the same shipment
    const reference = await first.locator('a[data-id]').textContent()
    expect(await page.textContent('.summary-what')).toContain(reference)
    expect(await page.textContent('.summary-do')).toContain('+86 512 5555 0199')
    expect(await page.locator('.row').count()).toBeLessThan(40)
    expect(await page.getAttribute('.fleet-table', 'aria-rowcount')).toBe('121')
    expect(errors).toEqual([])
    await close()
  })

  it('follows live readings, and a new alarm moves its shipment up and says so', async () => {
    const { page, close } = await openPage(browser, fixture)
    const calm = fixture.shipments[0]
    if (calm === undefined) throw new Error('no shipment')
    await page.fill('.toolbar input', calm.reference)
    const row = page.locator('.row', { hasText: calm.reference })
    fixture.sendReading(calm, 29.9)
    await soon(() => row.locator('.c-temperature .number').textContent()).toContain('29.9')
    fixture.sendReading(calm, 36.5)
    fixture.changeAlarm(
      makeAlarm(
        calm,
        { rule: 'temperature-high-high', priority: 'critical', agoMinutes: 0, value: 36.5, limit: 35 },
        Date.now(),
      ),
      'raised',
    )
    await page.waitForSelector('.toast.edge-critical')
    expect(await page.textContent('.toast')).toContain(calm.reference)
    expect(await page.locator('.toasts').getAttribute('aria-live')).toBe('assertive')
    await soon(() => row.locator('.c-status').textContent()).toContain('Critical')
    await page.click('.toast .acknowledge')
    await page.waitForSelector('.toast', { state: 'detached' })
    await soon(() => row.locator('.c-status').textContent()).toContain('Acknowledged')
    expect(fixture.actions.map((action) => action.action)).toEqual(['acknowledged'])
    await close()
  })

  it('does not move rows under the pointer, offers to sort, and sorts when asked', async () => {
    const { page, close } = await openPage(browser, fixture)
    const calm = fixture.shipments[100]
    if (calm === undefined) throw new Error('no shipment')
    await page.waitForSelector('.row')
    await page.hover('.row >> nth=2')
    const references = () => page.locator('.row a[data-id]').allTextContents()
    const before = await references()
    const raised = { rule: 'pressure-high-high', priority: 'critical', agoMinutes: 900, value: 9, limit: 2 } as const
    fixture.changeAlarm(makeAlarm(calm, raised, Date.now()), 'raised')
    await page.waitForSelector('.reorder button')
    expect((await references()).slice(0, 5)).toEqual(before.slice(0, 5))
    await page.click('.reorder button')
    await soon(async () => (await references()).slice(0, 3)).toContain(calm.reference)
    await close()
  })

  it('works by keyboard: search, move, acknowledge, open, help', async () => {
    const { page, close } = await openPage(browser, fixture)
    await page.waitForSelector('.row')
    await page.keyboard.press('/')
    await page.keyboard.type('oxide')
    await soon(() => new URL(page.url()).searchParams.get('q')).toBe('oxide')
    await page.keyboard.press('Escape')
    await page.keyboard.press('ArrowDown')
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-id') ?? '')
    await soon(focused).toBe(fixture.shipments[3]?.id)
    await page.keyboard.press('a')
    await soon(() => fixture.actions.length).toBe(1)
    await page.keyboard.press('ArrowDown')
    await soon(focused).not.toBe(fixture.shipments[3]?.id)
    const id = await focused()
    await page.keyboard.press('Enter')
    await soon(() => new URL(page.url()).pathname).toBe(`/shipments/${id}`)
    await page.keyboard.press('?')
    await page.waitForSelector('dialog.keys[open]')
    await page.keyboard.press('Escape')
    await page.waitForSelector('dialog.keys', { state: 'detached' })
    await page.goBack()
    await soon(() => new URL(page.url()).searchParams.get('q')).toBe('oxide')
    await close()
  })

  it('keeps the filter in the address and filters what is silent', async () => {
    const { page, close } = await openPage(browser, fixture, '/?show=silent')
    await soon(() => page.locator('.row').count()).toBeGreaterThan(0)
    expect(await page.locator('.row').count()).toBe(await page.locator('.row.aged').count())
    await page.click('.segments >> text=All')
    await soon(() => new URL(page.url()).search).toBe('')
    await close()
  })

  it('says that it is not live, since when, and recovers', async () => {
    const { page, close } = await openPage(browser, fixture)
    await page.waitForSelector('.row')
    fixture.cut(true)
    await page.waitForSelector('.banner')
    expect(await page.textContent('.banner')).toMatch(/Not live since .*\d\d:\d\d:\d\d/)
    expect(await page.textContent('.live')).toContain('Not live')
    // our own deafness is one banner, and no shipment's silence
    const silent = await page.textContent('.summary-counts')
    await soon(() => page.textContent('.row >> nth=12 >> .c-contact')).toMatch(/^[4-9] s ago$/)
    expect(await page.textContent('.summary-counts')).toBe(silent)
    expect(await page.locator('.row >> nth=12').getAttribute('class')).not.toContain('aged')
    const calm = fixture.shipments[0]
    if (calm === undefined) throw new Error('no shipment')
    fixture.cut(false)
    await page.click('text=Try now')
    await page.waitForSelector('.live.open')
    await page.waitForSelector('.banner', { state: 'detached' })
    await page.fill('.toolbar input', calm.reference)
    fixture.sendReading(calm, 28.8)
    await soon(() => page.textContent('.row .c-temperature .number')).toContain('28.8')
    await close()
  })

  it('notices a connection that died without a word', async () => {
    const { page, close } = await openPage(browser, fixture)
    await page.waitForSelector('.row')
    fixture.setMute(true)
    await page.clock.install()
    await page.reload()
    await page.waitForSelector('.live.open')
    await page.clock.fastForward(35_000)
    expect(await page.locator('.banner').count()).toBe(0)
    await page.clock.fastForward(15_000)
    await page.waitForSelector('.banner')
    fixture.setMute(false)
    await page.click('text=Try now')
    await page.waitForSelector('.live.open')
    await page.waitForSelector('.row')
    await close()
  })

  it('switches language, theme and units, and keeps them', async () => {
    const { page, close } = await openPage(browser, fixture)
    await page.waitForSelector('.row')
    await page.click('[aria-controls=settings]')
    await page.click('.settings >> text=简体中文')
    await soon(() => page.textContent('nav a[aria-current]')).toContain('车队')
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN')
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await ground()
    await page.click('.settings >> text=深色')
    await soon(ground).not.toBe(light)
    await page.click('.settings >> text=kPa')
    await page.click('.settings >> text=表压')
    await soon(() => new URL(page.url()).searchParams.get('units')).toBe('C-kPa-gauge')
    expect(await page.textContent('thead .c-pressure')).toContain('kPa(g)')
    await page.reload()
    await page.waitForSelector('.row')
    expect(await page.getAttribute('html', 'data-theme')).toBe('dark')
    expect(await page.textContent('thead .c-pressure')).toContain('kPa(g)')
    await close()
  })
})
