import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EMAIL, PASSWORD, type Running, startRunning } from '../integration/service/running.ts'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { buildPage, DIST, signIn, soon } from './page.ts'

const DAY = 86_400_000
const PHONE = {
  locale: 'zh-CN',
  timezoneId: 'Asia/Shanghai',
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
}
const iso = (days: number): string => new Date(Date.now() + days * DAY).toISOString()

describe.skipIf(chromiumPath === null)('the supplier’s page on a phone', () => {
  let browser: Browser
  let running: Running
  let origin: string
  let supplierId: string
  let orderId: string
  let count = 0
  const contexts: BrowserContext[] = []

  beforeAll(async () => {
    buildPage()
    running = await startRunning({}, { dashboard: DIST })
    origin = running.base.replace('/api/v1', '')
    browser = await launchChromium()
    const made = await running.ask('POST', '/organisations', { name: 'Linhai Solvents 临海溶剂', kind: 'supplier' })
    supplierId = String(made.body.id)
  })
  beforeEach(async () => {
    // what others left open is cancelled, so that each has the page for itself
    if (orderId !== undefined)
      for (const line of ['10', '20'])
        await running.ask('PATCH', `/orders/${orderId}/lines/${line}`, { cancelled: true })
    const stages = [
      ['raw-material', -9],
      ['synthesis', -2],
      ['quality-released', 3],
      ['filled', 5],
    ].map(([stage, days]) => ({ stage, plannedAt: iso(Number(days)) }))
    const made = await running.ask('POST', '/orders', {
      number: `HD-2026-${118 + count++}`,
      supplierId,
      orderedAt: iso(-20),
      lines: [
        { line: '10', substance: { cas: '67-56-1' }, quantity: 22, unit: 't', needBy: iso(9), stages },
        { line: '20', substance: { cas: '108-88-3' }, quantity: 18, unit: 't', needBy: iso(16), stages },
      ],
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    orderId = String(made.body.id)
  })
  afterAll(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    await browser?.close()
    await running?.close()
  })

  const link = async (): Promise<{ id: string; url: string }> => {
    const made = await running.ask('POST', '/supplier-links', { supplierId, expiresAt: iso(60) })
    expect(made.status).toBe(201)
    return { id: String(made.body.id), url: String(made.body.link) }
  }
  const open = async (url: string, screen: Parameters<Browser['newContext']>[0] = PHONE) => {
    const context = await browser.newContext(screen)
    contexts.push(context)
    const page = await context.newPage()
    const requests: { url: string; size: number }[] = []
    const errors: string[] = []
    page.on('request', (request) =>
      requests.push({ url: `${request.url()} ${request.headers().referer ?? ''}`, size: 0 }),
    )
    page.on('pageerror', (error) => errors.push(String(error)))
    await page.goto(url)
    await page.waitForSelector('.line')
    return { page, context, requests, errors }
  }
  const card = (page: Page, text: string) => page.locator('.line', { hasText: text })
  const heard = async (line = '10') =>
    (await running.ask('GET', `/orders/${orderId}/lines/${line}/milestones`)).body.items ?? []

  it('opens by the link alone, in Chinese where the phone is, in one script of its own', async () => {
    const { url } = await link()
    const { page, requests, errors } = await open(url)
    const token = url.split('#')[1] ?? url
    expect(page.url()).toBe(`${origin}/supplier`)
    expect(requests.filter((one) => one.url.includes(token))).toEqual([])
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN')
    expect(await page.textContent('h1')).toContain('临海溶剂')
    expect(await page.locator('.line').count()).toBe(2)
    const first = card(page, '甲醇')
    expect(await first.textContent()).toContain('原料到位')
    expect(await first.locator('.overdue').textContent()).toBe('已逾期 9 天')
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
    expect(await violations(page)).toEqual([])
    const size = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .filter((one): one is PerformanceResourceTiming => /\.js$/.test(one.name) && !one.name.includes('worker'))
        .reduce((sum, one) => sum + one.encodedBodySize, 0),
    )
    console.log(`supplier's page: ${size} bytes of compressed script`)
    expect(size).toBeGreaterThan(0)
    expect(size).toBeLessThan(20_000)
    // again, without the token
    await page.reload()
    await page.waitForSelector('.line')
    expect(errors).toEqual([])
  })

  it('is opened by the link that the buyer makes among its partners, who sees its use and withdraws it', async () => {
    const context = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Asia/Shanghai',
      viewport: { width: 1440, height: 900 },
    })
    contexts.push(context)
    const desk = await context.newPage()
    await desk.goto(`${origin}/partners`)
    await signIn(desk, EMAIL, PASSWORD)
    await desk.getByRole('button', { name: 'Link for updates' }).click()
    await desk.getByRole('button', { name: '30 days' }).click()
    await desk.fill('[name=email]', 'chen@linhai.example')
    expect(await violations(desk)).toEqual([])
    await desk.click('.form-panel [type=submit]')
    await desk.waitForSelector('.once')
    const texts = await desk.locator('.once pre').allTextContents()
    const [url = '', message] = texts
    expect(url.startsWith(`${origin}/supplier#`)).toBe(true)
    expect(message).toContain(url)
    expect(await violations(desk)).toEqual([])
    const { page } = await open(url)
    await desk.click('.once footer button')
    await desk.reload()
    const listed = desk.locator('section.stack .item', { hasText: 'chen@linhai.example' })
    await soon(() => listed.textContent()).toContain('used 1 time')
    await listed.getByRole('button', { name: 'Withdraw' }).click()
    await soon(() => listed.textContent()).toContain('Withdrawn')
    await page.reload()
    await soon(() => page.locator('.nothing').textContent()).toContain('无法打开')
  })

  it('takes one tap for done, says thank you with what is left, and takes it back as a correction', async () => {
    const { page } = await open((await link()).url)
    const first = card(page, '甲醇')
    await first.locator('.tap').tap()
    await first.locator('.thanks.sent').waitFor()
    expect(await first.locator('.thanks').textContent()).toMatch(
      /谢谢.*原料到位.*已发送.*预计到货日.*还剩：合成、质检放行、灌装/,
    )
    expect(await first.locator('.stage').textContent()).toBe('合成')
    expect(await violations(page)).toEqual([])
    expect(await heard()).toMatchObject([
      { stage: 'raw-material', classifier: 'actual', saidBy: { kind: 'supplier-link' } },
    ])
    await first.getByRole('button', { name: '撤销' }).tap()
    await soon(() => first.locator('.stage').textContent()).toBe('原料到位')
    await soon(async () => (await heard()).length).toBe(2)
    const [said, undone] = await heard()
    expect(undone).toMatchObject({ corrects: said?.id, progress: 0 })
    const order = await running.ask('GET', `/orders/${orderId}`)
    expect(JSON.stringify(order.body)).toContain('"reached":null')
  })

  it('takes a date for what will be done, a photo and a note with what is done, and another date afterwards', async () => {
    const { page } = await open((await link()).url)
    const first = card(page, '甲醇')
    await first.getByRole('button', { name: '预计日期' }).tap()
    await first.getByRole('button', { name: '3 天后' }).tap()
    expect(await violations(page)).toEqual([])
    await first.getByRole('button', { name: '发送' }).tap()
    await first.locator('.thanks.sent').waitFor()
    expect(await first.locator('.due').textContent()).toContain('您预计')
    const [estimate] = await heard()
    expect(estimate).toMatchObject({ classifier: 'estimated', stage: 'raw-material' })
    const ahead = (Date.parse(String(estimate?.at)) - Date.now()) / DAY
    expect(ahead).toBeGreaterThan(2)
    expect(ahead).toBeLessThan(4)

    await first.getByRole('button', { name: '日期 / 照片 / 备注' }).tap()
    // a large picture, such as a phone takes
    const large = await page.evaluate(async () => {
      const canvas = document.createElement('canvas')
      canvas.width = 4000
      canvas.height = 3000
      const pen = canvas.getContext('2d')
      for (let i = 0; pen !== null && i < 4000; i++) {
        pen.fillStyle = `hsl(${(i * 47) % 360} 70% 50%)`
        pen.fillRect((i * 997) % 4000, (i * 613) % 3000, 90, 90)
      }
      return canvas.toDataURL('image/jpeg', 0.95).split(',')[1] ?? ''
    })
    const picture = Buffer.from(large, 'base64')
    await first.locator('[name=photo]').setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: picture })
    await first.locator('.chosen img').waitFor()
    await first.locator('[name=note]').fill('12 桶，批号 A7')
    await first.getByRole('button', { name: '发送' }).tap()
    await first.locator('.thanks.sent', { hasText: '已于' }).waitFor()
    const done = (await heard())[1]
    expect(done).toMatchObject({ classifier: 'actual', note: '12 桶，批号 A7', photo: true })
    const photo = await fetch(`${running.base}/orders/${orderId}/lines/10/milestones/${done?.id}/photo`, {
      headers: { cookie: running.cookie },
    })
    const bytes = await photo.arrayBuffer()
    expect([photo.status, photo.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(bytes.byteLength).toBeLessThan(260_000)
    expect(picture.length).toBeGreaterThan(bytes.byteLength)

    // and so the buyer sees it on the line
    const desk = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    contexts.push(desk.context())
    await desk.goto(`${origin}/`)
    await signIn(desk, EMAIL, PASSWORD)
    await desk.waitForSelector('.shell')
    await desk.goto(`${origin}/orders/${orderId}/10`)
    const shown = desk.locator('.said-photo img')
    await shown.scrollIntoViewIfNeeded()
    await soon(() => shown.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth)).toBe(1280)

    const yesterday = await page.evaluate(() => {
      const date = new Date(Date.now() - 86_400_000)
      return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
    })
    await first.getByRole('button', { name: '修改日期' }).tap()
    await first.locator('[name=day]').fill(yesterday)
    await first.getByRole('button', { name: '发送' }).tap()
    await soon(async () => (await heard()).length).toBe(3)
    expect((await heard())[2]).toMatchObject({ classifier: 'actual', corrects: done?.id, stage: 'raw-material' })
    await soon(() => page.locator('.record').textContent()).toMatch(/按需求日到货.*所报日期的兑现.*两次更新之间/)
    // one figure of how dates are kept, and that is the buyer's as well
    expect(await page.locator('footer').textContent()).not.toMatch(/准时率/)
  })

  it('works without a network, shows what waits, opens again without one, and sends later, once', async () => {
    const { page, context, errors } = await open((await link()).url)
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready
      // the page's files are kept once the worker has them all
      while ((await (await caches.open('supplier')).keys()).length < 4)
        await new Promise((done) => setTimeout(done, 50))
    })
    await context.setOffline(true)
    const first = card(page, '甲醇')
    await first.locator('.tap').tap()
    await soon(() => page.locator('.sync').textContent()).toMatch(/无网络.*1 条等待发送/)
    expect(await first.locator('.stage').textContent()).toBe('合成')
    await card(page, '甲苯').locator('.tap').tap()
    await page.reload()
    await page.waitForSelector('.line')
    await soon(() => page.locator('.sync').textContent()).toMatch(/无网络.*2 条等待发送/)
    expect(await first.locator('.stage').textContent()).toBe('合成')
    expect(await violations(page)).toEqual([])
    expect(await heard()).toEqual([])
    await context.setOffline(false)
    await soon(() => page.locator('.sync').textContent()).toContain('全部已发送')
    // what waited while the page was opened again is thanked for, with what it did, when it goes
    await soon(() => first.locator('.thanks.sent').textContent()).toMatch(/谢谢.*已发送.*预计到货日/)
    expect([(await heard()).length, (await heard('20')).length]).toEqual([1, 1])
    expect(errors).toEqual([])
  })

  it('takes back what never went without a trace, and sends once what may have gone', async () => {
    const { page, context } = await open((await link()).url)
    const first = card(page, '甲醇')
    // the entry arrives and its answer is lost
    let lost = 0
    await context.route('**/milestones', async (route) => {
      if (lost++ > 0) return route.continue()
      await route.fetch()
      await route.abort()
    })
    await first.locator('.tap').tap()
    await soon(() => page.locator('.sync').textContent()).toContain('1 条等待发送')
    await soon(async () => (await heard()).length).toBe(1)
    await page.getByRole('button', { name: '立即发送' }).tap()
    await soon(() => page.locator('.sync').textContent()).toContain('全部已发送')
    expect(await heard()).toHaveLength(1)

    await context.setOffline(true)
    await context.unroute('**/milestones')
    await first.locator('.tap').tap()
    await soon(() => page.locator('.sync').textContent()).toContain('1 条等待发送')
    await first.getByRole('button', { name: '撤销' }).tap()
    await context.setOffline(false)
    await soon(() => page.locator('.sync').textContent()).toContain('全部已发送')
    await soon(() => first.locator('.stage').textContent()).toBe('合成')
    expect(await heard()).toHaveLength(1)
    const order = await running.ask('GET', `/orders/${orderId}`)
    expect(JSON.stringify(order.body)).toContain('"reached":"raw-material"')
  })

  it('keeps what waits when the link is withdrawn, and says so', async () => {
    const { id, url } = await link()
    const { page, context } = await open(url)
    await context.setOffline(true)
    await card(page, '甲醇').locator('.tap').tap()
    await soon(() => page.locator('.sync').textContent()).toContain('1 条等待发送')
    await running.ask('DELETE', `/supplier-links/${id}`)
    await context.setOffline(false)
    await soon(() => page.locator('.nothing').textContent()).toMatch(/无法打开.*本机仍保存 1 条/)
    expect(await violations(page)).toEqual([])
    expect(await heard()).toEqual([])
    await page.goto((await link()).url)
    await page.waitForSelector('.line')
    await soon(async () => (await heard()).length).toBe(1)
    await soon(() => page.locator('.sync').textContent()).toContain('全部已发送')
  })

  it('reads as well in English, dark, and on a desk', async () => {
    const screen = { ...PHONE, locale: 'en-GB', colorScheme: 'dark' as const }
    const { page } = await open((await link()).url, screen)
    expect(await card(page, 'Methanol').textContent()).toContain('Raw material')
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: '中文' }).tap()
    expect(await page.getAttribute('html', 'lang')).toBe('zh-CN')
    expect(await card(page, '甲醇').count()).toBe(1)
  })
})
