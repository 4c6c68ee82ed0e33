import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMAIL, PASSWORD, type Running, startRunning } from '../integration/service/running.ts'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { buildPage, DIST, signIn } from './page.ts'

const PATIENCE = { timeout: 15_000 }
const DAY_MS = 86_400_000
const days = (n: number): string => new Date(Date.now() + n * DAY_MS).toISOString()

type Stage = [stage: string, plannedDays: number]
const PLAN: Stage[] = [
  ['raw-material', -20],
  ['synthesis', -8],
  ['quality-released', -2],
  ['filled', 3],
  ['ready', 5],
  ['picked-up', 6],
]

/** Lines that are late, in danger, overdue and on course, and one that has arrived. */
const seed = async ({ ask }: Running) => {
  const supplier = String(
    (await ask('POST', '/organisations', { name: 'Linhai Solvents 临海溶剂', kind: 'supplier' })).body.id,
  )
  const other = String((await ask('POST', '/organisations', { name: 'Rhein Chemie', kind: 'supplier' })).body.id)
  const place = async (number: string, cas: string, needInDays: number, shift = 0, supplierId = supplier) => {
    const stages = PLAN.map(([stage, day]) => ({ stage, plannedAt: days(day + shift) }))
    const made = await ask('POST', '/orders', {
      number, supplierId, orderedAt: days(-30),
      lines: [{ line: '10', substance: { cas }, quantity: 22, unit: 't', needBy: days(needInDays), price: 18_400, currency: 'CNY', stages }],
    }) // biome-ignore format: an order
    expect([made.status, JSON.stringify(made.body).slice(0, 200)]).toEqual([201, expect.anything()])
    const id = String(made.body.id)
    const say = (stage: string, classifier: string, day: number, note?: string) =>
      ask('POST', `/orders/${id}/lines/10/milestones`, {
        stage,
        classifier,
        at: days(day),
        ...(note !== undefined && { note }),
      })
    return { id, say }
  }
  const course = await place('PO-100', '67-56-1', 12, 1)
  for (const [stage, day] of [
    ['raw-material', -21],
    ['synthesis', -7],
    ['quality-released', -1],
  ] as const)
    await course.say(stage, 'actual', day)
  await course.say('filled', 'estimated', 4)
  const late = await place('PO-200', '108-88-3', -2, -9)
  await late.say('raw-material', 'actual', -24, '原料到货晚 raw material came late')
  const danger = await place('PO-300', '64-17-5', 9)
  await danger.say('raw-material', 'actual', -19)
  await danger.say('picked-up', 'estimated', 14)
  await place('PO-400', '67-64-1', 90, 25, other)
  const done = await place('PO-500', '67-56-1', 3)
  await ask('POST', `/orders/${done.id}/lines/10/receipts`, { at: days(-1), quantity: 22 })
  const shipment = await ask('POST', '/shipments', {
    reference: 'S-100', substance: { cas: '67-56-1', un: '1230' }, origin: { name: 'Linhai', lat: 28.8, lon: 121.1 },
    destination: { name: 'Wuhan', lat: 30.6, lon: 114.3 }, departAt: days(6), eta: days(8), supplierId: supplier,
    lines: [{ orderId: course.id, line: '10', quantity: 12 }],
  }) // biome-ignore format: a shipment
  expect(shipment.status).toBe(201)
  return { supplier, course: course.id, danger: danger.id, late, shipment: String(shipment.body.id) }
}

describe.skipIf(chromiumPath === null)('orders', () => {
  let browser: Browser
  let running: Running
  let made: Awaited<ReturnType<typeof seed>>
  const errors: string[] = []

  const open = async (path: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Asia/Shanghai',
      viewport: { width: 1440, height: 900 },
      ...options,
    })
    const page = await context.newPage()
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      // the first question, who am I, is answered 401, and the browser notes that
      if (message.type() === 'error' && !message.location().url.endsWith('/session')) errors.push(message.text())
    })
    await page.goto(`${running.base.replace('/api/v1', '')}${path}`)
    await signIn(page, EMAIL, PASSWORD)
    await page.waitForSelector('.live.open', PATIENCE)
    return page
  }
  const shot = async (page: Page, name: string): Promise<void> => {
    const folder = process.env.SCREENSHOTS
    if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` })
  }
  const wider = (page: Page) =>
    page.evaluate(() => {
      const main = document.querySelector('main')
      return main === null ? 0 : main.scrollWidth - main.clientWidth
    })

  beforeAll(async () => {
    buildPage()
    running = await startRunning({}, { dashboard: DIST })
    made = await seed(running)
    browser = await launchChromium()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await running?.close()
  })

  it('stand by risk as forecast, in words, follow what is said elsewhere, and lead to a line, its shipment and back', async () => {
    const page = await open('/orders')
    await page.waitForSelector('.orders-table .row')
    const numbers = async () =>
      (await page.locator('.orders-table .line-link').allTextContents()).map((text) => text.slice(0, 6))
    const row = (number: string) => page.locator('.orders-table .row', { hasText: number })
    await expect.poll(() => page.locator('.row', { hasText: 'most likely' }).count(), PATIENCE).toBe(4)
    expect(await numbers()).toEqual(['PO-200', 'PO-300', 'PO-100', 'PO-400'])
    expect(await row('PO-200').textContent()).toMatch(/Late.*after need-by/)
    expect(await row('PO-300').textContent()).toMatch(
      /In danger(very probably|almost certainly|probably) late: \d+\s%.*arrives .+, most likely \d+ .*over its usual.*after need-by/,
    )
    // what is drawn has more than a colour: what lies past need-by is hatched
    expect(await row('PO-300').locator('.fan.past').count()).toBe(1)
    await expect.poll(() => row('PO-200').locator('.line-alarm-count').textContent(), PATIENCE).toContain('open alarm')
    await page.fill('[name=search]', '64-17')
    await expect.poll(numbers, PATIENCE).toEqual(['PO-300'])
    expect(new URL(page.url()).searchParams.get('q')).toBe('64-17')
    await page.fill('[name=search]', '')
    await page.click('text=Arrived')
    await expect.poll(numbers, PATIENCE).toEqual(['PO-500'])
    await page.selectOption('[name=supplier]', { label: 'Rhein Chemie' })
    await expect.poll(() => page.textContent('.empty'), PATIENCE).toContain('No line matches')
    await page.click('.segments >> text=All')
    await expect.poll(numbers, PATIENCE).toEqual(['PO-400'])
    await page.reload()
    await expect.poll(numbers, PATIENCE).toEqual(['PO-400'])
    await page.selectOption('[name=supplier]', '')
    await expect.poll(numbers, PATIENCE).toEqual(['PO-200', 'PO-300', 'PO-100', 'PO-400', 'PO-500'])
    // with more time it is no longer the one that needs somebody
    const patch = { needBy: days(80), reason: 'the customer waits' }
    expect((await running.ask('PATCH', `/orders/${made.danger}/lines/10`, patch)).status).toBe(200)
    await expect.poll(async () => (await numbers()).indexOf('PO-300'), PATIENCE).toBe(3)
    await expect.poll(() => row('PO-300').textContent(), PATIENCE).toContain('unlikely to be late')

    await page.locator('.orders-table .line-link', { hasText: 'PO-100' }).click()
    await page.waitForSelector('.course tbody tr')
    expect(await page.getAttribute('.line-head p a', 'href')).toBe(`/suppliers/${made.supplier}`)
    await expect.poll(() => page.textContent('.said'), PATIENCE).toContain('Filling expected')
    await running.ask('POST', `/orders/${made.course}/lines/10/milestones`, {
      stage: 'filled',
      classifier: 'actual',
      at: days(0),
    })
    await expect.poll(() => page.textContent('.said'), PATIENCE).toContain('Filling done')
    await page.click('.ships a')
    await page.waitForSelector('.shipment-head')
    await page.click('.shipment-lines a')
    await page.waitForSelector('.course')
    expect(new URL(page.url()).pathname).toBe(`/orders/${made.course}/10`)
    await page.context().close()
  })

  it('a line tells why it is late, how its forecast moved and why, and its open alarms', async () => {
    const page = await open(`/orders/${made.late.id}/10`)
    await expect.poll(() => page.textContent('.causes'), PATIENCE).toMatch(/Synthesis is [\d.]+ days over its usual/)
    expect(await page.textContent('.line-alarms')).toContain('Among all alarms')
    expect(await page.textContent('.forecast-row')).toContain('most likely')
    const moves = page.locator('.moves > li')
    await expect.poll(() => moves.last().textContent(), PATIENCE).toContain('First forecast: arrives')
    const before = await moves.count()
    await made.late.say('synthesis', 'estimated', 30)
    await expect.poll(() => moves.count(), PATIENCE).toBe(before + 1)
    expect(await moves.first().textContent()).toMatch(/days (later|earlier): arrives .*Synthesis expected/)
    // the same for who cannot see the picture, by keyboard
    expect(await page.getAttribute('.history-chart', 'aria-label')).toMatch(/moved \d+ times?\. Most likely arrival/)
    await page.focus('.forecast-history summary')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.locator('.chart-table tbody tr').count(), PATIENCE).toBe(before + 1)
    await page.click('text=Among all alarms')
    await page.waitForSelector('.alarm-item')
    expect(await page.locator('.alarm-item', { hasText: 'PO-200' }).count()).toBeGreaterThan(0)
    expect(await page.locator('.alarm-item', { hasText: 'PO-300' }).count()).toBe(0)
    await page.context().close()
  })

  it('says what could not be loaded, and tries again', async () => {
    const page = await open('/orders')
    const asked = '**/api/v1/orders/*/lines/*/forecasts*'
    await page.route(asked, (route) => route.fulfill({ status: 503, json: { title: 'x', status: 503, detail: 'x' } }))
    await page.locator('.orders-table .line-link', { hasText: 'PO-200' }).click()
    await expect.poll(() => page.textContent('.forecast-history'), PATIENCE).toContain('could not be loaded')
    await page.unroute(asked)
    await page.click('.forecast-history >> text=Try again')
    await page.waitForSelector('.history-chart')
    // the browser notes the 503 that was asked for
    expect(errors.splice(0).every((error) => error.includes('503'))).toBe(true)
    await page.context().close()
  })

  it('a receipt is recorded, closes the line, and is corrected', async () => {
    const page = await open(`/orders/${made.late.id}/10`)
    await page.click('text=Record what arrived')
    await page.fill('[name=quantity]', '5')
    expect(await page.isChecked('[name=more]')).toBe(true)
    await page.fill('[name=quantity]', '21.5')
    expect(await page.isChecked('[name=more]')).toBe(false)
    await page.selectOption('[name=condition]', 'damaged')
    await page.fill('[name=remark]', 'seal broken')
    await page.click('.receipt-form [type=submit]')
    await expect.poll(() => page.textContent('.line-facts'), PATIENCE).toContain('Received')
    await expect.poll(() => page.textContent('.line-side'), PATIENCE).toContain('seal broken')
    await page.click('text=Correct')
    await page.fill('[name=quantity]', '0')
    await page.click('.receipt-form [type=submit]')
    await expect.poll(() => page.textContent('.line-facts'), PATIENCE).toContain('Late')
    await page.context().close()
  })

  it('a file is looked at, mapped, and taken whole', async () => {
    const page = await open('/orders/import')
    const send = (text: string, name = 'orders.csv') =>
      page.setInputFiles('[name=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    await send(
      'PO,Line,Item,Qty,Unit,Due date,Vendor\nF-1,10,MeOH,20,t,3/4/2027,Linhai\nF-1,20,MeOH,x,t,5/6/2027,Linhai\n',
    )
    await page.waitForSelector('.issue-list')
    expect(await page.isDisabled('.primary')).toBe(true)
    await page.selectOption('[name=dateOrder]', 'dmy')
    await page.selectOption('[name=column-product]', 'Item')
    await page.selectOption('select[aria-label=Linhai]', { label: 'Linhai Solvents 临海溶剂' })
    await page.selectOption('select[aria-label=MeOH]', { label: 'METHANOL (67-56-1)' })
    await expect
      .poll(() => page.locator('.issue-list li').allTextContents(), PATIENCE)
      .toEqual([expect.stringContaining('“x” is not a number')])
    await shot(page, 'import-errors')
    expect(await violations(page)).toEqual([])
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('text=Download all as CSV')])
    expect(download.suggestedFilename()).toBe('errors.csv')
    // what is chosen is in the address, and survives a reload
    await page.reload()
    await page.waitForSelector('.issue-list')
    await page.click('text=Another file')
    await send('PO,Line,Item,Qty,Unit,Due date,Vendor\nF-1,10,MeOH,20,t,2027-03-04,临海溶剂\n')
    await page.selectOption('[name=column-product]', 'Item')
    await page.selectOption('select[aria-label="临海溶剂"]', { label: 'Linhai Solvents 临海溶剂' })
    await page.selectOption('select[aria-label=MeOH]', { label: 'METHANOL (67-56-1)' })
    await page.click('text=Import 1 row')
    await expect.poll(() => page.textContent('.note-ok'), PATIENCE).toContain('1 new')
    await page.click('.note-ok a')
    await page.locator('.orders-table .line-link', { hasText: 'F-1' }).waitFor()
    await page.context().close()
  })

  const LOOKS = [
    ['list', '/orders?show=all', '.orders-table .row'],
    ['line', `/orders/:course/10`, '.moves li'],
    ['late line', `/orders/:late/10`, '.line-alarms .alarm-item'],
    ['import', '/orders/import', '.drop'],
  ] as const
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [width, height, locale] of [
      [1440, 900, 'en-GB'],
      [390, 844, 'zh-CN'],
    ] as const)
      it(`is accessible and fits: ${colorScheme}, ${width} px, ${locale}`, { timeout: 60_000 }, async () => {
        const page = await open('/orders', { colorScheme, viewport: { width, height }, locale })
        for (const [name, path, ready] of LOOKS) {
          await page.goto(
            `${running.base.replace('/api/v1', '')}${path.replace(':course', made.course).replace(':late', made.late.id)}`,
          )
          await page.waitForSelector(ready)
          await page.evaluate(() => {
            for (const one of document.querySelectorAll('details')) one.open = true
          })
          await shot(page, `${name}-${colorScheme}-${width}`)
          expect([name, await violations(page)]).toEqual([name, []])
          expect([name, await wider(page)]).toEqual([name, 0])
        }
        await page.context().close()
      })

  it('and nothing was thrown', () => expect(errors).toEqual([]))
})
