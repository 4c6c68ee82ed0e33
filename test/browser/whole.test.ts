import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EMAIL, PASSWORD, type Running, startRunning, telemetry } from '../integration/service/running.ts'
import { chromiumPath, launchChromium } from './chromium.ts'
import { buildPage, DIST, signIn } from './page.ts'

const PATIENCE = { timeout: 15_000 }
const RECORDING = fileURLToPath(new URL('../../../shared/data/telemetry/valve1-3.csv', import.meta.url))
const CLI = fileURLToPath(new URL('../../simulators/cli.ts', import.meta.url))
const recorded = existsSync(RECORDING)
if (!recorded) console.warn(`SKIPPED: the recording is not there (${RECORDING})`)

describe.skipIf(chromiumPath === null)('from the device to the screen', () => {
  let browser: Browser
  let running: Running
  let page: Page
  const errors: string[] = []
  beforeAll(async () => {
    buildPage()
    running = await startRunning({}, { dashboard: DIST })
    browser = await launchChromium()
    page = await browser.newPage({
      locale: 'en-GB',
      timezoneId: 'Asia/Shanghai',
      viewport: { width: 1440, height: 900 },
    })
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('console', (message) => {
      // the first question, who am I, is answered 401, and the browser notes that
      if (message.type() === 'error' && !message.location().url.endsWith('/session')) errors.push(message.text())
    })
  })
  afterAll(async () => {
    await browser?.close()
    await running?.close()
  })

  it('a reading over MQTT moves the fleet, an excursion alarms, a person acknowledges, the chart shows it', async () => {
    const lent = await running.lend('tank-1')
    await page.goto(running.base.replace('/api/v1', ''))
    await signIn(page, EMAIL, PASSWORD)
    const row = page.locator('.row', { hasText: 'S-tank-1' })
    await row.waitFor()
    await page.waitForSelector('.live.open')
    const device = await running.device(lent.deviceId, lent.secret)
    const send = (temperature: number, secondsAgo = 0) =>
      device.publishAsync(
        telemetry(lent.deviceId),
        JSON.stringify({ time: Date.now() - secondsAgo * 1000, temperature, pressure: 1.31, lat: 31, lon: 118 }),
        { qos: 1 },
      )
    for (let i = 30; i > 0; i--) await send(21 + i / 100, i)
    await expect.poll(() => row.locator('.c-temperature .number').textContent(), PATIENCE).toContain('21.0')

    await send(33.4)
    await page.waitForSelector('.toast', PATIENCE)
    expect(await page.textContent('.toast')).toContain('S-tank-1')
    await expect.poll(() => row.locator('.c-status').textContent(), PATIENCE).toContain('Temperature high')
    await expect
      .poll(() => page.textContent('.summary-lead'), PATIENCE)
      .toMatch(/33\.4\s°C is above its limit of 30\.0/)

    await row.locator('a[data-id]').click()
    await page.waitForSelector('.u-over')
    await page.click('.shipment-alarms .acknowledge')
    await expect.poll(() => page.textContent('.shipment-alarms'), PATIENCE).toContain('Active, acknowledged')
    await page.click('.range-bar >> text=1 h')
    await expect.poll(() => page.getAttribute('.plot-area', 'aria-label'), PATIENCE).toMatch(/highest 33\.4\s°C/)
    await page.waitForSelector('.map[data-ready=true]', PATIENCE)

    await send(25)
    await expect.poll(() => page.textContent('.shipment-alarms'), PATIENCE).toContain('No active alarms')
    expect(errors).toEqual([])
  })

  it('the server stops and comes back: the page says so, reconnects, and misses no alarm', async () => {
    const lent = await running.lend('tank-2')
    await page.goto(running.base.replace('/api/v1', ''))
    await page.waitForSelector('.live.open')
    await page.locator('.row', { hasText: 'S-tank-2' }).waitFor()
    const restarted = running.restart()
    await page.waitForSelector('.banner', PATIENCE)
    await restarted
    const device = await running.device(lent.deviceId, lent.secret)
    await device.publishAsync(telemetry(lent.deviceId), JSON.stringify({ time: Date.now(), temperature: 44 }), {
      qos: 1,
    })
    await page.waitForSelector('.live.open', { timeout: 30_000 })
    const row = page.locator('.row', { hasText: 'S-tank-2' })
    await expect.poll(() => row.textContent(), PATIENCE).toContain('Temperature high')
    await expect.poll(() => row.locator('.c-temperature').textContent(), PATIENCE).toContain('44.0')
  })

  it.skipIf(!recorded)(
    'a recording that is replayed is seen on its page as it comes: newest values and curve',
    async () => {
      const ROWS = 240
      const [headings = '', ...rows] = readFileSync(RECORDING, 'utf8')
        .split('\n')
        .slice(0, ROWS + 1)
      const column = (heading: string) => {
        const at = headings.split(';').indexOf(heading)
        return rows.map((row) => Number(row.split(';')[at]))
      }
      const temperatures = column('Thermocouple')
      // one row lies below a vacuum: its pressure is a dead letter
      const pressures = column('Pressure')
        .map((gauge) => gauge + 1.01325)
        .filter((pressure) => pressure >= 0)
      const folder = mkdtempSync(join(tmpdir(), 'zaitu-recording-'))
      const file = join(folder, 'valve.csv')
      writeFileSync(file, [headings, ...rows].join('\n'))
      const { deviceId, shipmentId, secret } = await running.lend('valve', {}, 'gauge')
      await page.goto(`${running.base.replace('/api/v1', '')}/shipments/${shipmentId}?range=1h`)
      await page.waitForSelector('.tiles', PATIENCE)
      const replaying = promisify(execFile)(process.execPath, [
      '--import', 'tsx', CLI, 'replay', '--file', file, '--delimiter', ';', '--time', 'datetime',
      '--map', 'temperature=Thermocouple,pressure=Pressure', '--speed-up', '60', '--mqtt', running.mqttUrl, '--device', deviceId, '--secret', secret,
    ]) // biome-ignore format: the command as one types it
      try {
        // it moves before our eyes, and what comes last stays
        const seen = new Set<string>()
        const over = replaying.then(() => true)
        while (!(await Promise.race([over, page.waitForTimeout(100)])))
          seen.add((await page.textContent('.tiles')) ?? '')
        expect(seen.size).toBeGreaterThan(3)
        for (const [values, digits] of [
          [temperatures, 1],
          [pressures, 2],
        ] as const)
          await expect.poll(() => page.textContent('.tiles'), PATIENCE).toContain(values.at(-1)?.toFixed(digits))
        // sixty times as fast, what comes between two frames is in the curve only when that is asked for again
        await page.reload()
        const label = (chart: number) => page.locator('.plot-area').nth(chart).getAttribute('aria-label')
        for (const [chart, values, digits] of [
          [0, temperatures, 1],
          [1, pressures, 2],
        ] as const)
          for (const value of [Math.min(...values), Math.max(...values)])
            await expect.poll(() => label(chart), PATIENCE).toContain(value.toFixed(digits))
      } finally {
        await replaying.catch(() => undefined)
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )

  it('registers a device whose secret works', async () => {
    await page.goto(`${running.base.replace('/api/v1', '')}/devices`)
    await page.click('text=Register a device')
    await page.fill('[name=id]', 'from-the-page')
    await page.click('.form-panel [type=submit]')
    const secret = await page.textContent('.once pre')
    const device = await running.device('from-the-page', secret ?? '')
    expect(device.connected).toBe(true)
  })

  it('revokes it, and its connection closes at once and for good', async () => {
    await page.goto(`${running.base.replace('/api/v1', '')}/devices`)
    await page.click('text=Register a device')
    await page.fill('[name=id]', 'to-be-revoked')
    await page.click('.form-panel [type=submit]')
    const secret = (await page.textContent('.once pre')) ?? ''
    const device = await running.device('to-be-revoked', secret)
    let closed = 0
    const refused: string[] = []
    device.on('close', () => closed++)
    device.on('error', (error) => refused.push(error.message))
    await page.click('text=I have stored it')

    const row = page.locator('.item', { hasText: 'to-be-revoked' })
    await row.locator('.item-change').click()
    await page.click('text=Revoke device…')
    expect(closed).toBe(0)
    await page.fill('[name=confirm]', 'to-be-revoked')
    await page.click('.grave-sure')
    await expect.poll(() => row.textContent(), PATIENCE).toContain('Revoked')
    await expect.poll(() => closed, PATIENCE).toBeGreaterThan(0)
    // it tries again, and is not let in
    await expect.poll(() => refused.join(), PATIENCE).toMatch(/not authori[sz]ed|bad user ?name or password/i)
    expect(device.connected).toBe(false)
  })
})
