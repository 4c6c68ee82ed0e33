import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Alarm } from '../../server/model/alarm.ts'
import { violations } from './axe.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { makeAlarm } from './fixture-fleet.ts'
import { type Fixture, startFixture, USER } from './fixture-server.ts'
import { buildPage, DIST, openPage, soon } from './page.ts'

describe.skipIf(chromiumPath === null)('the alarms', () => {
  let browser: Browser
  let fixture: Fixture
  beforeAll(async () => {
    buildPage()
    browser = await launchChromium()
  })
  beforeEach(async () => {
    fixture = await startFixture({ dist: DIST, count: 120, tick: false })
    fixture.alarms.clear()
    return () => fixture.stop()
  })
  afterAll(() => browser?.close())

  const shipmentAt = (index: number) => {
    const shipment = fixture.shipments[index]
    if (shipment === undefined) throw new Error('no such shipment')
    return shipment
  }

  it('five hundred of them are listed, worst first, searched, and acknowledged together', async () => {
    const now = Date.now()
    for (let i = 0; i < 500; i++) {
      const priority = (['critical', 'high', 'medium', 'low'] as const)[i % 4] ?? 'low'
      const rule =
        (['temperature-high-high', 'pressure-high', 'temperature-low', 'battery-low'] as const)[i % 4] ?? 'shock'
      const alarm = makeAlarm(shipmentAt(i % 120), { rule, priority, agoMinutes: 1 + i, value: 50, limit: 40 }, now)
      fixture.alarms.set(alarm.id, alarm)
    }
    const { page, errors, close } = await openPage(browser, fixture, '/alarms')
    await soon(() => page.textContent('.toolbar-count')).toContain('500')
    const began = performance.now()
    expect(await page.locator('.alarm-item').count()).toBe(100)
    expect(await page.locator('.alarm-item h3').first().textContent()).toContain('Critical')
    // the oldest critical one has waited longest
    expect(await page.locator('.alarm-item .facts').first().textContent()).toContain('8 h')
    await page.selectOption('.toolbar select', 'medium')
    await soon(() => page.textContent('.toolbar-count')).toContain('125')
    await page.selectOption('.toolbar select', '')
    await page.check('.together input')
    await page.click('.together button.primary')
    await soon(() => [...fixture.alarms.values()].filter(({ state }) => state === 'active-acknowledged').length).toBe(
      100,
    )
    await soon(() => page.textContent('.toast')).toContain('100')
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(errors).toEqual([])
    await close()
  })

  /** Of an order line: lines of one supplier at one stage are one matter. */
  const ofLine = (line: string, supplierId: string, agoMinutes: number): Alarm => {
    const facts = { rule: 'stage-overdue', priority: 'medium', agoMinutes, value: 1, limit: 1 } as const
    return {
      ...makeAlarm(shipmentAt(0), facts, Date.now()),
      id: crypto.randomUUID(),
      shipmentId: null,
      shipmentReference: null,
      deviceId: null,
      orderId: '0191e5a4-0000-7000-8000-00000000000a',
      orderNumber: 'PO-4711',
      line,
      supplierId,
      supplierName: 'Jiangnan Chemicals',
      stage: 'heat-treated',
      group: 'g1',
      figures: { plannedAtEpochMs: Date.parse('2026-05-02T00:00:00Z'), graceDays: 1 },
    }
  }

  it('order lines that are one matter are one entry, that leads to them and is acknowledged together', async () => {
    for (const [index, line] of ['10', '20', '30/a'].entries()) {
      const alarm = ofLine(line, crypto.randomUUID(), 300 - index)
      fixture.alarms.set(alarm.id, alarm)
    }
    const { page, errors, close } = await openPage(browser, fixture, '/alarms?q=jiangnan')
    await soon(() => page.locator('.alarm-list > .alarm-item').count()).toBe(1)
    const entry = page.locator('.alarm-item').first()
    expect(await entry.locator('h3').textContent()).toContain('Stage overdue · 3 order lines')
    expect(await entry.textContent()).toContain('Heat treatment is overdue: planned for 2 May')
    expect(await entry.locator('[data-alarm-link]').getAttribute('href')).toMatch(/^\/orders\/[0-9a-f-]{36}\/10$/)
    expect(await entry.locator('.consequences a').last().getAttribute('href')).toContain('/30%2Fa')
    await entry
      .locator('button', { hasText: /Notes|Why/ })
      .first()
      .click()
    await soon(() => entry.locator('.why').textContent()).toContain('Planned for')
    expect(await violations(page)).toEqual([])
    await page.check('.together input')
    await page.click('.together button.primary')
    await soon(() => [...fixture.alarms.values()].every(({ state }) => state === 'active-acknowledged')).toBe(true)
    expect(errors).toEqual([])
    await close()
  })

  it('whoever delivers an order line looks at its alarm and does not act', async () => {
    const alarm = ofLine('10', USER.organisation.id, 300)
    fixture.alarms.set(alarm.id, alarm)
    const { page, errors, close } = await openPage(browser, fixture, '/alarms')
    await soon(() => page.locator('.alarm-list > .alarm-item').count()).toBe(1)
    expect(await page.locator('.alarm-item .acknowledge, .alarm-item input[type=checkbox]').count()).toBe(0)
    expect(errors).toEqual([])
    await close()
  })

  it('one incident is one entry: what a leak brings with it stands under the leak', async () => {
    const now = Date.now()
    const shipment = shipmentAt(3)
    const leak = {
      ...makeAlarm(
        shipment,
        { rule: 'pressure-residual', priority: 'high', agoMinutes: 60, value: -0.041, limit: -0.01 },
        now,
      ),
      cause: 'leak' as const,
    }
    const low = {
      ...makeAlarm(shipment, { rule: 'pressure-low', priority: 'medium', agoMinutes: 10, value: 1.1, limit: 1.2 }, now),
      causedBy: leak.id,
    }
    for (const alarm of [leak, low]) fixture.alarms.set(alarm.id, alarm)
    const { page, errors, close } = await openPage(browser, fixture, '/alarms')
    await soon(() => page.locator('.alarm-list > .alarm-item').count()).toBe(1)
    const entry = page.locator('.alarm-item').first()
    expect(await entry.textContent()).toMatch(/0\.041\s?bar\/h more than temperature explains: a leak/)
    expect(await entry.locator('.consequences').textContent()).toContain('Pressure low')
    expect(await entry.locator('.first a.call').getAttribute('href')).toMatch(/^tel:\+\d+$/)
    expect(await entry.textContent()).toContain('arrival in')
    // selecting the incident selects all of it
    await entry.locator('h3 input').check()
    await page.click('.together button.primary')
    await soon(() => [...fixture.alarms.values()].map(({ state }) => state)).toEqual(
      Array(2).fill('active-acknowledged'),
    )
    await entry.locator('button', { hasText: 'Why and notes' }).click()
    await soon(() => entry.locator('.why').textContent()).toContain('vapour pressure and gas pad')
    expect(await violations(page)).toEqual([])
    expect(errors).toEqual([])
    await close()
  })

  it('says how long is left, in the reader’s language', async () => {
    const now = Date.now()
    const alarm = {
      ...makeAlarm(
        shipmentAt(5),
        { rule: 'time-to-limit', priority: 'critical', agoMinutes: 5, value: 28, limit: 35 },
        now,
      ),
      figures: { hoursLikely: 2.667, hoursLeast: 1.833, hoursMost: 4.167 },
    }
    fixture.alarms.set(alarm.id, alarm)
    const english = await openPage(browser, fixture, '/alarms')
    await soon(() => english.page.textContent('.alarm-item')).toMatch(
      /Reaches its very high limit of 35\.0\s°C in 2 h 40 min \(1 h 50 min – 4 h 10 min\), arrival in/,
    )
    await english.close()
    const chinese = await openPage(browser, fixture, '/alarms', {
      locale: 'zh-CN',
      viewport: { width: 390, height: 844 },
    })
    await soon(() => chinese.page.textContent('.alarm-item')).toMatch(
      /约 2 小时 40 分后达到过高限值 35\.0\s°C（1 小时 50 分 – 4 小时 10 分），.*后到达/,
    )
    expect(await violations(chinese.page)).toEqual([])
    await chinese.close()
  })

  it('says what to do first by cause and substance, whom to call, and where the limit came from, in both languages', async () => {
    const now = Date.now()
    // cumene hydroperoxide, methanol, and acrylic acid, of which no card is recorded and nobody to call
    const [peroxide, methanol, acid] = [shipmentAt(0), shipmentAt(1), shipmentAt(4)]
    methanol.contacts.reverse()
    acid.contacts.length = 0
    const soon35 = {
      ...makeAlarm(peroxide, { rule: 'time-to-limit', priority: 'critical', agoMinutes: 9, value: 28, limit: 35 }, now),
      figures: { hoursLikely: 2.667, hoursLeast: 1.833, hoursMost: 99 },
    }
    const leak = {
      ...makeAlarm(
        methanol,
        { rule: 'pressure-residual', priority: 'high', agoMinutes: 30, value: -0.041, limit: -0.01 },
        now,
      ),
      cause: 'leak' as const,
      figures: { barPerHour: -0.041, kelvinPerHour: 0.2, pressure: 1.3, celsius: 20.1, padPercentPerHour: -2.1 },
    }
    const cold = makeAlarm(
      acid,
      { rule: 'temperature-low', priority: 'medium', agoMinutes: 4, value: 14, limit: 15 },
      now,
    )
    for (const alarm of [soon35, leak, cold]) fixture.alarms.set(alarm.id, alarm)
    const { page, errors, close } = await openPage(browser, fixture, '/alarms')
    const entry = (alarm: Alarm) => page.locator(`.alarm-list > [data-alarm="${alarm.id}"]`)
    // each has its own first step, and its own substance's card, asked for once
    await soon(() => entry(soon35).locator('.first').textContent()).toMatch(
      /Call the carrier: out of the sun.*Cumene hydroperoxide: Cool with water from a distance/s,
    )
    await soon(() => entry(leak).locator('.first').textContent()).toMatch(
      /stop upwind in the open.*Methanol: Keep ignition away/s,
    )
    expect(await entry(soon35).locator('.first-card a').getAttribute('href')).toBe(`/shipments/${peroxide.id}?papers=1`)
    // the 24-hour contact, whatever the order in which they were entered
    expect(await entry(leak).locator('.first-call').textContent()).toContain('Li Wei')
    expect(await entry(soon35).textContent()).toMatch(/2 h 40 min \(1 h 50 min – over 4 d\), arrival (in|was due)/)
    expect(await entry(cold).locator('.first').count()).toBe(0)

    const open = async (alarm: Alarm, text = 'Why and notes') => {
      await entry(alarm).locator('button', { hasText: text }).click()
      await entry(alarm).locator('.why').waitFor()
      await entry(alarm).locator('.whom').waitFor()
      return ((await entry(alarm).textContent()) ?? '').replaceAll('\u00a0', ' ')
    }
    const ofCold = await open(cold)
    expect(ofCold).toContain('check heating and insulation')
    expect(ofCold).toContain('Acrylic acid, stabilised: no response card is recorded')
    expect(ofCold).toContain('Nobody to call is recorded.')
    expect(await entry(cold).locator('.whom a').getAttribute('href')).toBe(`/shipments/${acid.id}?contacts=1`)
    await open(soon35)
    await soon(async () => (await entry(soon35).locator('.source').textContent())?.replaceAll('\u00a0', ' ')).toMatch(
      /Temperature 35\.0 °C: set by Li Wei, in force since 2 May, 08:00\. Looser than the record asks for \(30\.0 °C\), with the consent of Chen Yu\. Reason: “tested to 60 °C”/,
    )
    expect(await entry(soon35).locator('.source').textContent()).toContain('nobody has set it otherwise')
    const ofLeak = await open(leak)
    expect(ofLeak).toMatch(/At its onset−0\.041 bar\/h.*Of the gas pad−2\.1 % an hour/s)
    expect(await entry(leak).locator('.whom li').allTextContents()).toEqual([
      expect.stringMatching(/Li Wei.*24 h emergency/),
      expect.stringMatching(/Sinochem Logistics.*dispatcher/),
    ])
    expect(await violations(page)).toEqual([])

    // whoever is led to enter a contact finds the form, and the alarm names them from then on
    await entry(cold).locator('.whom a').click()
    await page.locator('.contacts-form input[type=tel]').first().fill('+86 532 119')
    await page.locator('.contacts-form input').first().fill('Zhao Min')
    await page.locator('.contacts-form button[type=submit]').click()
    await soon(() => acid.contacts).toEqual([{ name: 'Zhao Min', phone: '+86 532 119', role: '24-hour emergency' }])
    await page.locator('nav a[href="/alarms"]').first().click()
    await entry(cold).waitFor()
    expect(await open(cold)).toContain('Zhao Min')
    expect(errors).toEqual([])
    await close()

    const chinese = await openPage(browser, fixture, `/alarms?alarm=${leak.id}`, { locale: 'zh-CN' })
    const told = chinese.page.locator(`[data-alarm="${leak.id}"]`)
    await soon(() => told.locator('.first').textContent()).toMatch(/首先.*上风向空旷处停车.*甲醇/s)
    // a card that is written in English only is shown as it is
    expect(await told.locator('.first-card [lang=en]').textContent()).toContain('Keep ignition away')
    await soon(() => told.locator('.figures').textContent()).toContain('温度无法解释的压力变化')
    expect(await told.locator('.figures').textContent()).not.toMatch(/[a-z]{3,} [a-z]{3,}/)
    await chinese.close()
  })

  it('what is suppressed or out of service asks for nobody, and is found where one looks for it', async () => {
    const now = Date.now()
    const quiet = {
      ...makeAlarm(shipmentAt(7), { rule: 'pressure-low', priority: 'high', agoMinutes: 5, value: 1, limit: 1.2 }, now),
      suppressed: true,
    }
    fixture.alarms.set(quiet.id, quiet)
    const { page, close } = await openPage(browser, fixture, '/alarms')
    await soon(() => page.textContent('.empty')).toContain('No alarm matches')
    await page.click('text=Suppressed')
    await soon(() => page.textContent('.alarm-item')).toContain('Suppressed by design in this phase')
    await close()
  })

  it('a link leads to its alarm: closed, shelved, beyond what is drawn, under its cause, or says that there is none', async () => {
    const now = Date.now()
    const held = Array.from({ length: 130 }, (_, i) =>
      makeAlarm(
        shipmentAt(i % 120),
        { rule: 'temperature-high', priority: 'high', agoMinutes: 500 - i, value: 50, limit: 40 },
        now,
      ),
    )
    const [cause, shelved, last] = [held[0], held[1], held[129]]
    if (cause === undefined || shelved === undefined || last === undefined) throw new Error('no alarms')
    const facts = { rule: 'pressure-low', priority: 'low', agoMinutes: 3, value: 1, limit: 1.2 } as const
    const under = { ...makeAlarm(shipmentAt(0), facts, now), causedBy: cause.id }
    const closed = { ...makeAlarm(shipmentAt(2), facts, now), state: 'cleared', clearedAt: last.onset } as const
    Object.assign(shelved, {
      shelvedUntil: new Date(now + 3_600_000).toISOString(),
      shelvedBy: 'Li',
      shelvedFor: 'known',
    })
    for (const alarm of [...held, under, closed]) fixture.alarms.set(alarm.id, alarm)
    const { page, errors, close } = await openPage(browser, fixture, `/alarms?alarm=${closed.id}`)
    const led = page.locator('[data-alarm][aria-current=true]')
    for (const [alarm, words] of [
      [closed, 'Over'],
      [shelved, 'Shelved until'],
      [last, 'Temperature high'],
      [under, 'Pressure low'],
    ] as const) {
      await page.evaluate((href) => {
        history.pushState(null, '', href)
        dispatchEvent(new PopStateEvent('popstate'))
      }, `/alarms?alarm=${alarm.id}`)
      await soon(() => led.getAttribute('data-alarm')).toBe(alarm.id)
      await soon(() => led.locator('.why').count()).toBe(1)
      expect(await led.textContent()).toContain(words)
      await soon(() => page.evaluate((id) => document.activeElement?.getAttribute('data-alarm') === id, alarm.id)).toBe(
        true,
      )
      const box = await led.boundingBox()
      expect(box !== null && box.y >= 0 && box.y < 900).toBe(true)
    }
    expect(await page.locator('.consequences [aria-current=true]').count()).toBe(1)
    expect(await violations(page)).toEqual([])
    // whoever goes on to filter is led no longer
    await page.selectOption('.toolbar select', 'low')
    await soon(() => led.count()).toBe(0)
    expect(errors).toEqual([])
    await page.goto(`${fixture.url}/alarms?alarm=${crypto.randomUUID()}`)
    await soon(() => page.locator('.note-bad').textContent()).toContain('no such alarm for you')
    // on its shipment's page too, where what is over is folded away
    await page.goto(`${fixture.url}/shipments/${closed.shipmentId}?alarm=${closed.id}`)
    await soon(() => led.getAttribute('data-alarm')).toBe(closed.id)
    await soon(() => led.locator('.why').isVisible()).toBe(true)
    await close()
  })

  it('a sound can be turned off, and is remembered', async () => {
    const { page, close } = await openPage(browser, fixture)
    await page.click('[aria-controls=settings]')
    await page
      .locator('.settings fieldset', { hasText: 'Sound for new alarms' })
      .locator('button', { hasText: 'Off' })
      .click()
    await page.reload()
    await page.click('[aria-controls=settings]')
    const pressed = page
      .locator('.settings fieldset', { hasText: 'Sound for new alarms' })
      .locator('[aria-pressed=true]')
    expect(await pressed.textContent()).toBe('Off')
    await close()
  })
})
