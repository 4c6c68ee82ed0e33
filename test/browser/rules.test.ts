import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Fixture, startFixture, USER } from './fixture-server.ts'
import { buildPage, DIST, openPage, soon } from './page.ts'

describe.skipIf(chromiumPath === null)('the rules of a shipment, and of all', () => {
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

  it('are set otherwise on one shipment, tried out before, and as on all again', async () => {
    const { page, errors, close } = await openPage(browser, fixture, address(3))
    const panel = page.locator('.rules-panel').first()
    await soon(() => panel.textContent()).toContain('As set for all your shipments.')
    await panel.locator('header button').click()
    await panel.locator('[name=deadband-temperature]').fill('1.5')
    await panel.locator('[name=silenceIntervals]').fill('6')
    expect(await panel.locator('[name=overdueGraceDays]').count()).toBe(0)
    await panel.locator('button', { hasText: 'Try out' }).click()
    await soon(() => panel.textContent()).toContain('1 would go, 0 would come, 7 stay.')
    expect(await violations(page)).toEqual([])
    await panel.locator('[type=submit]').first().click()
    await soon(() => panel.locator('.rules-own').textContent()).toContain(
      'Deadband of temperature, °C1.5, otherwise 0.5',
    )
    expect(await panel.textContent()).toContain(USER.name)
    await panel.locator('header button').click()
    await panel.locator('button', { hasText: 'As for all shipments' }).click()
    await soon(() => panel.textContent()).toContain('As set for all your shipments.')
    expect(errors).toEqual([])
    await close()
  })

  it('are taken out of service with a reason and an end, and put back', async () => {
    const { page, errors, close } = await openPage(browser, fixture, address(4), { colorScheme: 'dark' })
    const part = page.locator('.service-part')
    await soon(() => part.textContent()).toContain('Every rule is in service.')
    await part.locator('button', { hasText: 'Take a rule out' }).click()
    await part.locator('[name=rule]').selectOption('battery-low')
    await part.locator('[name=reason]').fill('its cell is being changed')
    expect(await violations(page)).toEqual([])
    await part.locator('[type=submit]').click()
    await soon(() => part.locator('.service-item').textContent()).toMatch(
      /Battery low.*its cell is being changed.*by Chen Yu, until/,
    )
    await part.locator('.service-item button').click()
    await soon(() => part.locator('.service-item').count()).toBe(0)
    await part.locator('summary').click()
    expect(await part.locator('details').textContent()).toContain('put back by Chen Yu')
    expect(errors).toEqual([])
    await close()
  })

  it('know the planned way from a line that is pasted, or say what is wrong with it', async () => {
    const { page, errors, close } = await openPage(browser, fixture, address(5))
    const panel = page.locator('.rules-panel', { hasText: 'Planned way' })
    await soon(() => panel.textContent()).toContain('leaving it is not noticed')
    await panel.locator('button', { hasText: 'Set the way' }).click()
    const text = panel.locator('textarea')
    await text.fill('{"type":"Point"}')
    await panel.locator('[type=submit]').click()
    await soon(() => panel.locator('.field-problem').textContent()).toContain('no GeoJSON LineString')
    await text.fill('{"type":"LineString","coordinates":[[121.5,31.2],[31.2,121.5]]}')
    await panel.locator('[type=submit]').click()
    await soon(() => panel.locator('.field-problem').textContent()).toContain('Point 2 is no place')
    expect(await violations(page)).toEqual([])
    await text.fill('{"type":"LineString","coordinates":[[121.5,31.2],[120.2,30.3],[104.1,30.6]]}')
    await panel.locator('[name=width]').fill('7.5')
    await panel.locator('[type=submit]').click()
    await soon(() => panel.textContent()).toMatch(/km long in 3 points, 7\.5 km to either side/)
    expect(fixture.shipments[5]?.corridor).toMatchObject({
      points: [
        [31.2, 121.5],
        [30.3, 120.2],
        [30.6, 104.1],
      ],
      metres: 7_500,
    })
    await panel.locator('button', { hasText: 'Remove' }).click()
    await soon(() => panel.textContent()).toContain('leaving it is not noticed')
    // what it has gone so far is a way, too
    await panel.locator('button', { hasText: 'Set the way' }).click()
    await panel.locator('[name=source]').selectOption('track')
    await panel.locator('[type=submit]').click()
    await soon(() => fixture.shipments[5]?.corridor?.points.length ?? 0).toBeGreaterThan(2)
    expect(errors).toEqual([])
    await close()
  })

  it('are looked at, and not changed, by who may only look', async () => {
    const looking = await startFixture({ dist: DIST, count: 5, tick: false, user: { ...USER, role: 'viewer' } })
    const { page, close } = await openPage(browser, looking, `/shipments/${looking.shipments[1]?.id}?map=0`)
    await soon(() => page.locator('.service-part').textContent()).toContain('Every rule is in service.')
    expect(await page.locator('.rules-panel button').count()).toBe(0)
    await close()
    await looking.stop()
  })

  it.each(['light', 'dark'] as const)(
    'the quality of the alarms leads from figures to the setting, %s',
    async (colorScheme) => {
      const { page, errors, close } = await openPage(browser, fixture, '/quality', { colorScheme })
      await soon(() => page.locator('main').textContent()).toContain('Rules that ask most')
      const main = page.locator('main')
      expect(await main.textContent()).toMatch(/1\.53.*per shipment and day/s)
      expect(await main.textContent()).toContain('What cures it: a wider deadband')
      expect(await main.locator('a[href^="/alarms?alarm="]').count()).toBe(2)
      expect(await main.textContent()).toContain('14 alarms in ten minutes')
      expect(await violations(page)).toEqual([])
      await page.locator('main .cure', { hasText: 'a wider deadband' }).first().click()
      await soon(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('deadband-temperature')
      await page.fill('[name=deadband-temperature]', '1.5')
      await page.locator('.settings-rules [type=submit]').click()
      await soon(() => page.locator('.tried').textContent()).toContain('1 would go, 0 would come, 7 stay.')
      expect(await violations(page)).toEqual([])
      await page.locator('.settings-rules .primary').click()
      await soon(() => page.locator('.toast').allTextContents()).toEqual([expect.stringContaining('holds from now on')])
      await page.reload()
      await soon(() => page.inputValue('[name=deadband-temperature]')).toBe('1.5')
      expect(errors).toEqual([])
      await close()
    },
  )
})
