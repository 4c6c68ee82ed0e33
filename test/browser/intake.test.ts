import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Fixture, startFixture } from './fixture-server.ts'
import { buildPage, DIST, openPage, soon } from './page.ts'

describe.skipIf(chromiumPath === null)('an outage of our own intake', () => {
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

  it('is one entry above the fleet and the alarms, until somebody has seen it; then among all', async () => {
    const began = Date.now() - 3_600_000
    const outage = {
      beganAt: new Date(began).toISOString(), endedAt: new Date(began + 1_500_000).toISOString(), devices: 14, recovered: 11,
      partly: 1, acknowledgedAt: null, acknowledgedBy: null,
    } // biome-ignore format: short
    fixture.outages.push({ ...outage })
    const { page, errors, close } = await openPage(browser, fixture, '/')
    const notices = page.locator('.intake-notices')
    await notices.waitFor()
    const text = await notices.textContent()
    expect(text).toContain('High: Our own intake was down')
    expect(text).toContain('(25 min) nothing that devices sent reached us')
    expect(text).toContain('all of it from 11 of 14 devices, a part from 1. From 2 nothing yet.')
    expect(await violations(page)).toEqual([])
    await page.click('nav a[href="/alarms"]')
    await page.waitForSelector('.toolbar-count')
    await notices.locator('.acknowledge').click()
    await soon(() => notices.count()).toBe(0)
    await page.click('.segments button:last-child')
    await soon(() => notices.textContent()).toContain('acknowledged by Chen Yu')
    expect(errors).toEqual([])
    await close()
  })

  it('that goes on says so and what to do, in Chinese too', async () => {
    fixture.outages.splice(0, fixture.outages.length, {
      beganAt: new Date(Date.now() - 600_000).toISOString(), endedAt: null, devices: 14, recovered: 0, partly: 0,
      acknowledgedAt: new Date().toISOString(), acknowledgedBy: 'Chen Yu',
    }) // biome-ignore format: short
    const { page, close } = await openPage(browser, fixture, '/', { locale: 'zh-CN' })
    const notices = page.locator('.intake-notices')
    await soon(() => notices.textContent()).toContain('高: 平台数据接收中断')
    expect(await notices.textContent()).toContain('涉及 14 台设备')
    await close()
  })
})
