import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMAIL, PASSWORD, type Running, startRunning } from '../integration/service/running.ts'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { buildPage, DIST, signIn, soon } from './page.ts'

const DAY_MS = 86_400_000
const days = (n: number): string => new Date(Date.now() + n * DAY_MS).toISOString()
const STAGES = ['raw-material', 'synthesis', 'ready', 'picked-up'].map((stage, i) => ({
  stage,
  plannedAt: days(i * 2 - 1),
}))

/** A supplier with four lines that arrived, one of them late, and two that are open; and a shipment of the buyer's. */
const seed = async ({ ask }: Running) => {
  const supplier = String((await ask('POST', '/organisations', { name: 'Linhai Solvents', kind: 'supplier' })).body.id)
  const line = (name: string, needIn: number) => ({
    line: name, substance: { cas: '67-56-1' }, quantity: 20, unit: 't', needBy: days(needIn), family: 'solvents', stages: STAGES,
  }) // biome-ignore format: a line
  const made = await ask('POST', '/orders', {
    number: 'PO-7',
    supplierId: supplier,
    orderedAt: days(-30),
    lines: [line('1', -5), line('2', -5), line('3', -5), line('4', -9), line('10', 40), line('20', 60)],
  })
  expect(made.status).toBe(201)
  const order = String(made.body.id)
  for (const name of ['1', '2', '3', '4'])
    await ask('POST', `/orders/${order}/lines/${name}/receipts`, { at: days(-6), quantity: 20 })
  const shipment = await ask('POST', '/shipments', {
    reference: 'S-7', substance: { cas: '67-56-1', un: '1230' }, origin: { name: 'Linhai', lat: 28.8, lon: 121.1 },
    destination: { name: 'Wuhan', lat: 30.6, lon: 114.3 }, departAt: days(6), eta: days(8), supplierId: supplier,
  }) // biome-ignore format: a shipment
  expect(shipment.status).toBe(201)
  return { supplier, order }
}

describe.skipIf(chromiumPath === null)('what stands around orders', () => {
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
    page.setDefaultTimeout(10_000)
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      // who am I is answered 401 first, and what is refused 422: the browser notes that
      if (message.type() === 'error' && !/status of 4(01|22)/.test(message.text())) errors.push(message.text())
    })
    await page.goto(`${running.base.replace('/api/v1', '')}${path}`)
    await signIn(page, EMAIL, PASSWORD)
    await page.waitForSelector('.live.open')
    return page
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

  it('a supplier’s record is told in words, few are not judged, and its open lines are led to', async () => {
    const page = await open('/orders')
    await page.click('.places a >> text=Suppliers')
    await soon(() => page.textContent('.suppliers-table .row')).toMatch(/3 of 4\s*too few to judge.*2/)
    await page.click('.suppliers-table a')
    await soon(() => page.textContent('.card-facts')).toMatch(/On time.*3 of 4.*too few to judge/)
    await soon(() => page.locator('.supplier-lines li').count()).toBe(2)
    expect(await page.textContent('h1')).toBe('Linhai Solvents')
    expect(await page.locator('.places [aria-current]').textContent()).toBe('Suppliers')
    // one more, and they are
    await running.ask('POST', `/orders/${made.order}/lines/20/receipts`, { at: days(-1), quantity: 20 })
    await soon(() => page.locator('.supplier-lines li').count()).toBe(1)
    await page.reload()
    await soon(() => page.textContent('.card-facts')).toMatch(/4 of 5.*80 % of lines arrived by need-by/)
    await page.click('.supplier-lines a')
    await page.waitForSelector('.line-page')
    await page.context().close()
  })

  it('if it slips, the lines that turn are shown, by keys too, and the address says what was asked', async () => {
    const page = await open('/orders/what-if?days=1')
    await soon(() => page.textContent('.what-if-table .row')).toMatch(/Stays in time|Amber already/)
    await page.focus('[name=slider]')
    await page.keyboard.press('End')
    await soon(() => page.textContent('.what-if-table .row')).toContain('Turns red')
    await soon(() => page.textContent('.supply-head [role=status]')).toBe('1 of 1 line turns red, 0 amber')
    expect(await page.inputValue('[name=days]')).toBe('30')
    expect(new URL(page.url()).searchParams.get('days')).toBe('30')
    await page.reload()
    await soon(() => page.textContent('.what-if-table .row')).toContain('Turns red')
    // what shares a lot slips with it, and is named at the line
    const lot = { stage: 'synthesis', classifier: 'estimated', at: days(2), lot: 'L-7' }
    const other = await running.ask('POST', '/orders', {
      number: 'PO-8', supplierId: made.supplier, orderedAt: days(-3),
      lines: ['10', '20'].map((line) => ({ line, substance: { cas: '67-56-1' }, quantity: 5, unit: 't', needBy: days(50), stages: STAGES })),
    }) // biome-ignore format: an order
    for (const order of [made.order, other.body.id])
      await running.ask('POST', `/orders/${order}/lines/10/milestones`, lot)
    await page.selectOption('[name=lot]', 'L-7')
    await soon(() => page.textContent('.what-if-table .lot-row')).toMatch(/lot L-7 .* of 2/)
    await soon(() => page.locator('.what-if-table .row').count()).toBe(2)
    expect(await violations(page)).toEqual([])
    await page.click('.what-if-table .row a >> text=PO-7')
    await soon(() => page.textContent('.line-lot')).toBe('shares lot L-7 with PO-8/10')
    await page.click('.line-lot a')
    await soon(() => page.textContent('.line-lot')).toBe('shares lot L-7 with PO-7/10')
    await running.ask('PATCH', `/orders/${other.body.id}/lines/20`, { cancelled: true })
    await running.ask('PATCH', `/orders/${other.body.id}/lines/10`, { cancelled: true })
    await page.context().close()
  })

  it('a line is changed with a reason, its stages in another order by keys, and put on a shipment and off it', async () => {
    const page = await open(`/orders/${made.order}/10`)
    await page.click('section[aria-labelledby=change-title] button')
    await page.fill('[name=lineQuantity]', '18')
    await page.click('text=Change its stages')
    await page.focus('[data-stage=ready] [data-on=usualDays]')
    await page.keyboard.press('Alt+ArrowUp')
    expect(await page.locator('.stage-editor .stage-name').allTextContents()).toEqual(
      ['Raw material', 'Ready', 'Synthesis', 'Picked up'].map((name, i) => `${i + 1} ${name}`),
    )
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-on'))).toBe('usualDays')
    await page.fill('[name=reason]', 'tank is smaller')
    expect(await violations(page)).toEqual([])
    await page.click('.receipt-form [type=submit]')
    await soon(() => page.textContent('.line-side')).toMatch(/18.*tank is smaller/)
    await soon(() => page.locator('.course tbody th').allTextContents()).toEqual(
      expect.arrayContaining(['Ready', 'Synthesis']),
    )
    await page.click('text=Put on a shipment')
    await page.fill('[name=share]', '19')
    await page.click('.receipt-form [type=submit]')
    await soon(() => page.textContent('.receipt-form')).toMatch(/18/)
    await page.fill('[name=share]', '12')
    await page.click('.receipt-form [type=submit]')
    await soon(() => page.textContent('.ships')).toMatch(/S-7\s*12/)
    await page.click('text=Put on a shipment')
    await page.click('text=Take off S-7')
    await soon(() => page.locator('.ships').count()).toBe(0)
    await page.context().close()
  })

  it('a plan is made with a stage of one’s own, changed and ended', async () => {
    const page = await open('/orders/plans')
    await page.click('text=New plan')
    await page.fill('[name=family]', 'castings')
    await page.selectOption('[name=add-stage]', ':own')
    await page.fill('[name=own-stage]', 'X-ray test')
    await page.keyboard.press('Enter')
    await page.waitForSelector('[data-stage=x-ray-test]')
    await page.click('[data-stage=filled] [data-on=remove]')
    await page.click('.form-panel [type=submit]')
    await soon(() => page.textContent('.plan')).toMatch(/castings of any other supplier.*X-ray test/)
    await page.click('.plan >> text=Change')
    expect(new URL(page.url()).searchParams.get('plan')).toMatch(/[0-9a-f-]{36}/)
    await page.fill('[data-stage=x-ray-test] [data-on=usualDays]', '2.5')
    await page.click('.form-panel [type=submit]')
    await soon(() => page.textContent('.plan')).toContain('2.5 days')
    expect((await running.ask('GET', '/stage-plans')).body.items).toHaveLength(1)
    await page.click('text=End this plan')
    await page.click('.plan-end >> text=End this plan')
    await soon(() => page.locator('.plan').count()).toBe(0)
    await page.context().close()
  })

  const LOOKS = [
    ['/suppliers', '.suppliers-table .row'],
    ['/suppliers/:supplier', '.card-facts'],
    ['/orders/what-if?days=20', '.what-if-table .row'],
    ['/orders/plans?plan=new', '.stage-editor li'],
  ] as const
  for (const [colorScheme, width, locale] of [
    ['light', 1440, 'en-GB'],
    ['dark', 390, 'zh-CN'],
  ] as const)
    it(`is accessible and fits: ${colorScheme}, ${width} px, ${locale}`, { timeout: 60_000 }, async () => {
      const page = await open('/suppliers', { colorScheme, viewport: { width, height: 844 }, locale })
      for (const [path, ready] of LOOKS) {
        await page.goto(`${running.base.replace('/api/v1', '')}${path.replace(':supplier', made.supplier)}`)
        await page.waitForSelector(ready)
        expect([path, await violations(page)]).toEqual([path, []])
        expect([path, await wider(page)]).toEqual([path, 0])
      }
      await page.context().close()
    })

  it('and nothing was thrown', () => expect(errors).toEqual([]))
})
