import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMAIL, PASSWORD, type Running, startRunning, telemetry } from '../integration/service/running.ts'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { buildPage, DIST, signIn, soon } from './page.ts'

describe.skipIf(chromiumPath === null)('dead letters', () => {
  let browser: Browser
  let running: Running
  let page: Page
  const errors: string[] = []
  beforeAll(async () => {
    buildPage()
    running = await startRunning({}, { dashboard: DIST })
    browser = await launchChromium()
    page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1440, height: 900 } })
    page.on('pageerror', (error) => errors.push(String(error)))
  })
  afterAll(async () => {
    await browser?.close()
    await running?.close()
  })

  it('are looked at, corrected and sent through again', { timeout: 60_000 }, async () => {
    const { deviceId, secret } = await running.lend('tank-1')
    const device = await running.device(deviceId, secret)
    const time = Date.now() - 1_000
    for (const payload of [
      JSON.stringify({ time, temperature: 1e308, pressure: 1.2 }),
      `{"time":${time},"temperature":2l.5}`,
    ])
      await device.publishAsync(telemetry(deviceId), payload, { qos: 1 })

    await page.goto(`${running.base.replace('/api/v1', '')}/letters`)
    await signIn(page, EMAIL, PASSWORD)
    const rows = page.locator('.rows .item')
    await soon(() => rows.count()).toBe(2)
    const first = rows.first()
    await soon(() => first.textContent()).toContain('tank-1')
    await first.locator('.item-change').click()
    expect(await page.inputValue('textarea.letter')).toBe(`{"time":${time},"temperature":2l.5}`)
    expect(await violations(page)).toEqual([])

    await page.fill('textarea.letter', `{"time":${time},"temperature":21.5}`)
    await page.click('text=Send the corrected one')
    await soon(() => page.textContent('.toasts, .toast')).toContain('1 taken')
    await soon(() => rows.count()).toBe(1)
    // what was sent again stays, and its address can be passed on
    await page.selectOption('[name=state]', 'replayed')
    await soon(() => rows.locator('.tag').allTextContents()).toEqual(['1 taken'])
    expect(new URL(page.url()).searchParams.get('state')).toBe('replayed')
    expect(errors).toEqual([])
  })
})
