import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMAIL, PASSWORD, type Running, startRunning, telemetry } from '../integration/service/running.ts'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { buildPage, DIST, signIn } from './page.ts'

const PATIENCE = { timeout: 15_000 }
const SCREEN = { locale: 'en-GB', timezoneId: 'Asia/Shanghai', viewport: { width: 1440, height: 900 } }

describe.skipIf(chromiumPath === null)('a share link', () => {
  let browser: Browser
  let running: Running
  let origin: string
  let desk: Page
  let shipmentId: string
  let send: (temperature: number) => Promise<unknown>
  const contexts: BrowserContext[] = []
  beforeAll(async () => {
    buildPage()
    running = await startRunning({}, { dashboard: DIST })
    origin = running.base.replace('/api/v1', '')
    browser = await launchChromium()
    const lent = await running.lend('tank-1')
    shipmentId = lent.shipmentId
    await running.ask('PATCH', `/shipments/${shipmentId}`, {
      contacts: [{ name: 'Li Wei', phone: '+86 21 5555 0100', role: 'safety desk' }],
    })
    const device = await running.device(lent.deviceId, lent.secret)
    send = (temperature) =>
      device.publishAsync(
        telemetry(lent.deviceId),
        JSON.stringify({ time: Date.now(), temperature, pressure: 1.31, lat: 31, lon: 118 }),
        { qos: 1 },
      )
    await send(21)
    desk = (await open(`${origin}/shipments/${shipmentId}`)).page
    await signIn(desk, EMAIL, PASSWORD)
    await desk.waitForSelector('.head-actions > button')
  })
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    await browser?.close()
    await running?.close()
  })

  /** A browser of its own, with what it asked the server for and what it logged. */
  const open = async (url: string, screen: Parameters<Browser['newContext']>[0] = SCREEN) => {
    const context = await browser.newContext(screen)
    contexts.push(context)
    const page = await context.newPage()
    const requests: string[] = []
    const errors: string[] = []
    page.on('request', (request) => requests.push(`${request.url()} ${request.headers().referer ?? ''}`))
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(url)
    return { page, context, requests, errors }
  }
  const makeLink = async (note: string): Promise<string> => {
    await desk.click('.head-actions > button')
    await desk.fill('.share-panel [name=note]', note)
    await desk.click('.share-form [type=submit]')
    await desk.waitForSelector('.share-made')
    return (await desk.textContent('.share-made pre')) ?? ''
  }

  it('is made on the shipment page, shows the shipment live in another browser, and ends when it is withdrawn', async () => {
    const link = await makeLink('Fire brigade Nanjing')
    expect(link.startsWith(`${origin}/shared#`)).toBe(true)
    expect(await desk.locator('.share-made svg.qr').getAttribute('aria-label')).toBe('QR code of the link')
    expect(await violations(desk)).toEqual([])

    const visitor = await open(link)
    const { page } = visitor
    await page.waitForSelector('.live.open')
    expect(page.url()).toBe(`${origin}/shared`)
    expect(visitor.requests.filter((one) => one.includes(link.split('#')[1] ?? link))).toEqual([])
    expect(await page.textContent('.shared-by')).toContain('Shared by')
    expect(await page.textContent('h1')).toContain('S-tank-1')
    expect(await page.textContent('.contacts')).toContain('+86 21 5555 0100')
    await page.waitForSelector('.u-over')
    await page.waitForSelector('.map[data-ready=true]', PATIENCE)
    await send(24.6)
    await expect.poll(() => page.textContent('.tile-number'), PATIENCE).toContain('24.6')
    await send(33.3)
    await expect.poll(() => page.textContent('.shipment-alarms'), PATIENCE).toContain('Temperature high')
    expect(await page.locator('nav, .acknowledge, .head-actions, .shipment-alarms button').count()).toBe(0)
    expect(await violations(page)).toEqual([])

    // loading it again needs no token any more
    await page.reload()
    await page.waitForSelector('.live.open')
    expect(await page.textContent('h1')).toContain('S-tank-1')

    await desk.click('.share-link summary')
    await expect.poll(() => desk.textContent('.share-uses'), PATIENCE).toContain('127.0.0.1')
    await desk.click('.share-link button')
    const withdrawnAt = Date.now()
    await desk.click('.share-link .primary')
    await page.waitForSelector('.shared-ended', PATIENCE)
    expect(Date.now() - withdrawnAt).toBeLessThan(6_000)
    expect(await page.textContent('h1')).toBe('This link has ended')
    expect(await violations(page)).toEqual([])
    await expect.poll(() => desk.textContent('.share-link'), PATIENCE).toContain('Withdrawn')
    await desk.keyboard.press('Escape')
    expect(await desk.evaluate(() => document.activeElement?.textContent)).toBe('Share')
    await page.goto('about:blank')
    await page.goto(link)
    await expect.poll(() => page.textContent('h1'), PATIENCE).toBe('This link shows nothing')
    expect(page.url()).toBe(`${origin}/shared`)
    expect(visitor.errors).toEqual([])
  })

  it('leaves whoever is signed in in the same browser signed in, on a phone too, in the language of the browser', async () => {
    const link = await makeLink('consignee')
    await desk.keyboard.press('Escape')
    const { page, context } = await open(`${origin}/`, {
      ...SCREEN,
      locale: 'zh-CN',
      viewport: { width: 390, height: 844 },
    })
    await signIn(page, EMAIL, PASSWORD)
    await page.waitForSelector('.live.open')
    const shared = await context.newPage()
    await shared.goto(link)
    await shared.waitForSelector('.live.open')
    expect(await shared.textContent('.shared-by')).toContain('分享')
    expect(await violations(shared)).toEqual([])
    expect(await shared.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    await page.reload()
    await page.locator('.row', { hasText: 'S-tank-1' }).waitFor()
    await send(25.5)
    await expect.poll(() => shared.textContent('.tile-number'), PATIENCE).toContain('25.5')
    await expect.poll(() => page.textContent('.row'), PATIENCE).toContain('25.5')
    // the address without its token, in a browser that never opened it, says so calmly
    const stranger = await open(`${origin}/shared`)
    await expect.poll(() => stranger.page.textContent('h1'), PATIENCE).toBe('This link shows nothing')
    expect(await violations(stranger.page)).toEqual([])
  })
})
