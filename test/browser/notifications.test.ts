import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Fixture, startFixture } from './fixture-server.ts'
import { buildPage, DIST, openPage, soon } from './page.ts'

const item = (page: Page, text: string) => page.locator('.item', { hasText: text })

describe.skipIf(chromiumPath === null)('notifications', () => {
  let browser: Browser
  let fixture: Fixture
  beforeAll(async () => {
    buildPage()
    browser = await launchChromium()
  })
  beforeEach(async () => {
    fixture = await startFixture({ dist: DIST, count: 12, tick: false })
    return () => fixture.stop()
  })
  afterAll(() => browser?.close())

  it('says in one look of which alarms nobody would hear', async () => {
    const { page, errors, close } = await openPage(browser, fixture, '/notifications')
    await soon(() => page.locator('.told .untold').allTextContents()).toEqual([
      expect.stringMatching(/Low.*Nobody is told/),
    ])
    expect(await page.locator('.told > div').first().textContent()).toContain(
      'unacknowledged for 10\u00a0min: Plant control room',
    )
    expect(errors).toEqual([])
    await close()
  })

  it('a webhook is added, its secret shown once, tested, and a rule leads to it', async () => {
    const { page, errors, close } = await openPage(browser, fixture, '/notifications')
    await page.click('text=Add a channel')
    expect(await violations(page)).toEqual([])
    await page.fill('[name=name]', 'Quay')
    await page.fill('[name=url]', 'https://quay.example/hook')
    await page.click('.form-panel [type=submit]')
    await soon(() => page.textContent('.once pre')).toContain('whsec_')
    await page.click('text=I have stored it')
    await soon(() => page.locator('.once').count()).toBe(0)
    expect(await page.content()).not.toContain('whsec_')
    const quay = item(page, 'Quay')
    expect(await quay.locator('.item-state').textContent()).toContain('Not tested')
    expect(await quay.locator('.item-facts').first().textContent()).toContain('no rule leads here')
    await quay.getByRole('button', { name: 'Send a test' }).click()
    await soon(() => quay.locator('[role=status]').textContent()).toContain('The test has arrived')
    await soon(() => quay.locator('.item-state').textContent()).toContain('Works')
    expect(await violations(page)).toEqual([])

    await page.click('text=Add a rule')
    await page.selectOption('[name=channelId]', { label: 'Quay' })
    await page.check('[name=priorities][value=low]')
    await page.selectOption('[name=hours]', 'workdays')
    await page.fill('[name=from]', '09:00')
    expect(await violations(page)).toEqual([])
    await page.click('section[aria-labelledby=rules] .form-panel [type=submit]')
    await soon(() => page.locator('.told .untold').count()).toBe(0)
    expect(await item(page, '→ Quay').textContent()).toContain('Monday to Friday 09:00–18:00 in Asia/Shanghai')
    expect(await quay.locator('.item-facts').first().textContent()).not.toContain('no rule leads here')
    expect(errors).toEqual([])
    await close()
  })

  it('a test that fails says why, in words that help', async () => {
    const { page, close } = await openPage(browser, fixture, '/notifications', { locale: 'zh-CN' })
    const row = item(page, 'Plant control room').first()
    await row.locator('.item-change').click()
    await row.getByRole('button', { name: '发送测试' }).click()
    await soon(() => row.locator('.note-bad').textContent()).toContain('该地址没有响应')
    expect(await row.locator('[role=status]').textContent()).toContain('ECONNREFUSED')
    await close()
  })

  it('what failed can be found by its address, and sent again', async () => {
    const { page, errors, close } = await openPage(browser, fixture, '/notifications?show=dead')
    const rows = page.locator('section[aria-labelledby=happened] .item')
    await soon(() => rows.count()).toBe(1)
    expect(await rows.textContent()).toContain('Nothing answers at this address')
    await page.getByRole('button', { name: /^Send again: Temperature high/ }).click()
    await soon(() => rows.count()).toBe(0)
    await page.click('text=Nobody told')
    await soon(() => rows.allTextContents()).toEqual([expect.stringContaining('Battery low')])
    expect(new URL(page.url()).searchParams.get('show')).toBe('untold')
    expect(errors).toEqual([])
    await close()
  })

  it('a step is added and removed', async () => {
    const { page, close } = await openPage(browser, fixture, '/notifications')
    await page.click('text=Add a step')
    expect(await violations(page)).toEqual([])
    await page.fill('[name=minutes]', '25')
    await page.selectOption('[name=step-channel]', { label: 'Logistics' })
    await page.click('section[aria-labelledby=steps] .form-panel [type=submit]')
    await soon(() => page.locator('section[aria-labelledby=steps] .item').count()).toBe(3)
    expect(await page.textContent('.told')).toContain('unacknowledged for 25\u00a0min: Logistics')
    await page.getByRole('button', { name: 'Remove the step to Logistics' }).click()
    await soon(() => page.locator('section[aria-labelledby=steps] .item').count()).toBe(2)
    await close()
  })
})
