import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Fixture, startFixture } from './fixture-server.ts'
import { buildPage, DIST, openPage, soon } from './page.ts'

/** How many pixels of a chart have been drawn on. */
const inked = (page: Page, chart: number): Promise<number> =>
  page.evaluate((index) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('.u-wrap canvas')[index]
    const context = canvas?.getContext('2d')
    if (canvas === undefined || !context) return 0
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    let count = 0
    for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 0) count++
    return count
  }, chart)

describe.skipIf(chromiumPath === null)('a shipment', () => {
  let browser: Browser
  let fixture: Fixture
  beforeAll(async () => {
    buildPage()
    browser = await launchChromium()
    fixture = await startFixture({ dist: DIST, count: 120 })
  })
  afterAll(async () => {
    await browser?.close()
    await fixture?.stop()
  })
  const shipment = (i: number) => {
    const found = fixture.shipments[i]
    if (found === undefined) throw new Error('no such shipment')
    return found
  }

  it('draws temperature, pressure and level, and says in words what they show', async () => {
    const { page, errors, close } = await openPage(browser, fixture, `/shipments/${shipment(3).id}`)
    await soon(() => page.locator('.u-over').count()).toBe(3)
    for (const chart of [0, 1, 2]) await soon(() => inked(page, chart)).toBeGreaterThan(3_000)
    const label = await page.getAttribute('.plot-area', 'aria-label')
    expect(label).toMatch(/^Temperature\. Lowest 1[\d.]+\s°C \(.+\), highest 27\.\d\s°C/)
    const head = await page.textContent('.tiles')
    expect(head).toContain('above limit')
    expect(head).toContain('Li Wei')
    expect(await page.textContent('.legend')).toContain('Came late')
    expect(errors).toEqual([])
    await close()
  })

  it('zooms by dragging: the address changes, finer data is fetched, back goes back', async () => {
    const { page, close } = await openPage(browser, fixture, `/shipments/${shipment(1).id}?range=7d`)
    const over = page.locator('.u-over').first()
    await over.waitFor()
    const box = await over.boundingBox()
    if (box === null) throw new Error('no chart')
    const asked = page.waitForRequest((request) => request.url().includes('/readings?'))
    await page.mouse.move(box.x + box.width * 0.97, box.y + 60)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.985, box.y + 60, { steps: 4 })
    await page.mouse.move(box.x + box.width * 0.99, box.y + 60, { steps: 4 })
    await page.mouse.up()
    await soon(() => new URL(page.url()).searchParams.has('from')).toBe(true)
    const query = new URL((await asked).url()).searchParams
    const seconds = (Date.parse(query.get('to') ?? '') - Date.parse(query.get('from') ?? '')) / 1000
    expect(seconds).toBeGreaterThan(1_000)
    expect(seconds).toBeLessThan(20_000)
    await soon(() => page.textContent('.legend')).toContain('every reading')
    expect(await page.textContent('.range-bar')).toContain('Chosen:')
    await page.goBack()
    await soon(() => new URL(page.url()).search).toBe('?range=7d')
    await soon(() => page.textContent('.legend')).toContain('a point per')
    await page.goForward()
    await soon(() => new URL(page.url()).searchParams.has('from')).toBe(true)
    await over.dblclick()
    await soon(() => new URL(page.url()).search).toBe('?range=7d')
    await page.click('.range-bar >> text=24 h')
    await soon(() => new URL(page.url()).search).toBe('?range=24h')
    await close()
  })

  it('follows the newest reading', async () => {
    const { page, close } = await openPage(browser, fixture, `/shipments/${shipment(2).id}?range=1h`)
    await page.waitForSelector('.u-over')
    fixture.sendReading(shipment(2), 28.4)
    await soon(() => page.getAttribute('.plot-area', 'aria-label')).toMatch(/highest 28\.4\s°C/)
    await close()
  })

  it('shows the same as a table', async () => {
    const { page, close } = await openPage(browser, fixture, `/shipments/${shipment(1).id}`)
    await page.click('.charts header >> text=Table')
    await soon(() => new URL(page.url()).searchParams.get('view')).toBe('table')
    const rows = page.locator('.chart-table').first().locator('tbody tr')
    expect(await rows.count()).toBeGreaterThan(20)
    expect(await rows.first().locator('td').first().textContent()).toMatch(/^\d+\.\d$/)
    await close()
  })

  it('acknowledges with a key, and keeps a note', async () => {
    const { page, close } = await openPage(browser, fixture, `/shipments/${shipment(5).id}`)
    await page.waitForSelector('.alarm-item')
    const hot = shipment(9)
    await page.goto(`${fixture.url}/shipments/${hot.id}`)
    await page.waitForSelector('.alarm-item .acknowledge')
    await page.keyboard.press('a')
    await page.waitForSelector('.alarm-item .acknowledge', { state: 'detached' })
    await page.click('.shipment-alarms summary')
    await page.click('.alarm-item >> text=Notes')
    await page.fill('.alarm-item form input', 'Driver called, valve was open')
    await page.keyboard.press('Enter')
    await soon(() => page.textContent('.notes')).toContain('Driver called')
    expect(fixture.actions.map((action) => action.action)).toEqual(['acknowledged', 'commented'])
    await close()
  })

  it('draws the track on a map that asks nobody but this server', async () => {
    const { page, errors, close } = await openPage(browser, fixture, '/')
    const hosts = new Set<string>()
    page.on('request', (request) => hosts.add(new URL(request.url()).origin))
    await page.goto(`${fixture.url}/shipments/${shipment(1).id}`)
    await page.waitForSelector('.map[data-ready=true]')
    await page.waitForSelector('.map-here')
    expect(await page.locator('.map-place').allTextContents()).toEqual(['Ningbo Zhenhai', 'Yantai Wanhua'])
    expect(
      [...hosts].filter((host) => host !== fixture.url && !host.startsWith('null') && !host.startsWith('blob')),
    ).toEqual([])
    expect(errors).toEqual([])
    await page.click('text=Hide map')
    await soon(() => new URL(page.url()).searchParams.get('map')).toBe('0')
    await page.waitForSelector('.map', { state: 'detached' })
    await close()
  })

  it('says when what it shows is old', async () => {
    const { page, close } = await openPage(browser, fixture, `/shipments/${shipment(7).id}`)
    expect(await page.textContent('.old-note')).toMatch(/last reading is 5\d min old, one is due every 1 s/)
    await close()
  })
})
