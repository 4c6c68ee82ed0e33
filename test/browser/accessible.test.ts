import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Fixture, startFixture } from './fixture-server.ts'
import { buildPage, DIST, openPage } from './page.ts'

describe.skipIf(chromiumPath === null)('accessible', () => {
  let browser: Browser
  let fixture: Fixture
  beforeAll(async () => {
    buildPage()
    browser = await launchChromium()
    fixture = await startFixture({ dist: DIST, count: 120, tick: false })
  })
  afterAll(async () => {
    await browser?.close()
    await fixture?.stop()
  })

  const PAGES = [
    ['fleet', '/', '.row'],
    ['shipment', '/shipments/:hot', '.u-over'],
    ['table', '/shipments/:hot?view=table', '.chart-table td'],
    ['limits and papers', '/shipments/:hot?map=0', '.limits-table'],
    ['papers', '/shipments/:hot?papers=1', '.sheet'],
    ['alarms', '/alarms', '.alarm-item'],
    ['account', '/account', '.item'],
    ['devices', '/devices?open=tc-0001', '.item-open'],
    ['people', '/people', '.item'],
    ['partners', '/partners', '.item'],
    ['tokens', '/tokens', '.empty'],
    ['notifications', '/notifications', '.told'],
    ['audit', '/audit', '.entry'],
  ] as const
  // each theme's colours and each width's layout once: neither changes the other
  for (const [colorScheme, width] of [
    ['light', 390],
    ['dark', 1440],
  ] as const)
    it.each(PAGES)(`${colorScheme}, ${width} px: %s`, async (_name, path, ready) => {
      const target = path.replace(':hot', fixture.shipments[3]?.id ?? '')
      const { page, close } = await openPage(browser, fixture, target, {
        colorScheme,
        viewport: { width, height: 844 },
      })
      await page.waitForSelector(ready)
      expect(await violations(page)).toEqual([])
      // nothing may be wider than the screen
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      const main = await page.evaluate(() => {
        const element = document.querySelector('main')
        return element === null ? 0 : element.scrollWidth - element.clientWidth
      })
      expect(main).toBeLessThanOrEqual(0)
      await close()
    })

  it.each(['light', 'dark'] as const)('the sign-in page, %s', async (colorScheme) => {
    const page = await browser.newPage({ colorScheme })
    await page.goto(fixture.url)
    await page.waitForSelector('.sign-in')
    expect(await violations(page)).toEqual([])
    await page.close()
  })

  it.each(['light', 'dark'] as const)('forms, and what is shown once, %s', async (colorScheme) => {
    const { page, close } = await openPage(browser, fixture, '/devices', { colorScheme })
    await page.click('text=Register a device')
    expect(await violations(page)).toEqual([])
    await page.fill('[name=id]', `once-${colorScheme}`)
    await page.click('.form-panel [type=submit]')
    await page.waitForSelector('.once')
    expect(await violations(page)).toEqual([])
    await page.goto(`${fixture.url}/welcome`)
    await page.waitForSelector('[role=alert]')
    expect(await violations(page)).toEqual([])
    await close()
  })

  it('settings and keys', async () => {
    const { page, close } = await openPage(browser, fixture, '/')
    await page.click('[aria-controls=settings]')
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.waitForSelector('dialog.keys[open]')
    expect(await violations(page)).toEqual([])
    await close()
  })
})
