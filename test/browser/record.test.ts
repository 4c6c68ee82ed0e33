import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Fixture, startFixture } from './fixture-server.ts'
import { buildPage, DIST, openPage, soon } from './page.ts'

describe.skipIf(chromiumPath === null)('the record of a shipment', () => {
  let browser: Browser
  let fixture: Fixture
  beforeAll(async () => {
    buildPage()
    browser = await launchChromium()
    fixture = await startFixture({ dist: DIST, count: 20, tick: false })
  })
  afterAll(async () => {
    await browser?.close()
    await fixture?.stop()
  })
  const address = (i: number) => `/shipments/${fixture.shipments[i]?.id}?map=0`

  it('shows each limit with its source, what does not count and what could not be derived', async () => {
    const { page, errors, close } = await openPage(browser, fixture, address(3))
    await page.waitForSelector('.limits-table')
    const panel = page.locator('.limits-panel')
    expect(await panel.textContent()).toContain('set by a person')
    expect(await panel.textContent()).toContain('No temperature control applies.')
    expect(await panel.locator('.overfilled').textContent()).toContain('93 % full at 15.0')
    await panel.locator('summary').first().click()
    expect(await panel.textContent()).toContain('A person has set a tighter one.')
    expect(errors).toEqual([])
    await close()
  })

  it('has a limit tightened at once, and a looser one wait for consent', async () => {
    const { page, close } = await openPage(browser, fixture, address(4))
    const panel = page.locator('.limits-panel')
    await panel.locator('header button').click()
    expect(await violations(page)).toEqual([])
    await panel.locator('[name=value]').fill('35')
    await panel.locator('[name=reason]').fill('a hot day')
    await panel.locator('[type=submit]').click()
    await soon(() => page.locator('.toast').allTextContents()).toEqual([expect.stringMatching(/holds from now on/)])
    expect(await panel.locator('.proposal').count()).toBe(0)
    await panel.locator('header button').click()
    await panel.locator('[name=value]').fill('45')
    await panel.locator('[name=reason]').fill('the maker agreed')
    await panel.locator('[type=submit]').click()
    await panel.locator('.proposal').waitFor()
    expect(await violations(page)).toEqual([])
    expect(await panel.locator('.proposal').textContent()).toContain('45.0\u00a0°C instead of 40.0\u00a0°C')
    await panel.locator('.proposal .primary').click()
    await soon(() => panel.locator('.proposal').count()).toBe(0)
    await close()
  })

  it('shows what to do first, whom to call with one tap, and the ADR line; in Chinese too', async () => {
    const { page, close } = await openPage(browser, fixture, address(3), { locale: 'zh-CN' })
    const panel = page.locator('.papers-panel')
    await panel.locator('.card').waitFor()
    expect(await panel.textContent()).toContain('人员撤至上风向。')
    expect(await panel.textContent()).toContain('UN 1230 METHANOL, 3 (6.1), II, (D/E)')
    expect(await panel.locator('.people a').first().getAttribute('href')).toMatch(/^tel:\+?\d+$/)
    expect(await page.locator('.limits-panel').textContent()).toContain('无须控温运输')
    await close()
  })

  it('shows what the cargo has been through, and takes a budget for its product', async () => {
    const { page, errors, close } = await openPage(browser, fixture, address(5))
    const panel = page.locator('.exposure-panel')
    await panel.locator('.exposure-table').waitFor()
    const text = await panel.textContent()
    expect(text).toContain('Mean kinetic temperature22.5\u00a0°C')
    expect(text).toContain('97 % of the time · unknown for 1 h')
    expect(text).toContain('above 30.0\u00a0°C (high)1 h 2 min5.2\u00a0K·h')
    await panel.locator('header button').click()
    expect(await violations(page)).toEqual([])
    await panel.locator('[name=above-0]').fill('25')
    await panel.locator('[name=minutes-0]').fill('31')
    await panel.locator('[type=submit]').click()
    await soon(() => panel.locator('.exposure-budgets .over').textContent()).toContain(
      'Above 25.0\u00a0°Coverdrawn, 200 % used1 h 2 min of 31 min',
    )
    expect(await violations(page)).toEqual([])
    expect(errors).toEqual([])
    await close()
  })

  it('opens all of it on one sheet that prints without what stands around it', async () => {
    const { page, close } = await openPage(browser, fixture, address(3))
    await page.click('.papers-panel header a')
    await page.waitForSelector('.sheet')
    expect(new URL(page.url()).searchParams.get('papers')).toBe('1')
    await page.emulateMedia({ media: 'print' })
    expect(await page.locator('header.bar').isVisible()).toBe(false)
    expect(await page.locator('.papers-bar').isVisible()).toBe(false)
    expect(await page.locator('.sheet').textContent()).toContain('Not entered: Consignor, Consignee, Dispatcher.')
    expect(await page.locator('.sheet').textContent()).toContain('Mean kinetic temperature22.5')
    const tall = await page.evaluate(() => document.documentElement.scrollHeight)
    expect(tall).toBeGreaterThan(900)
    await page.emulateMedia({ media: null })
    await page.goBack()
    await page.waitForSelector('.limits-panel')
    await close()
  })
})
