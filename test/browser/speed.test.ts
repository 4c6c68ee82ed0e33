import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launchChromium } from './chromium.ts'
import { type Fixture, startFixture } from './fixture-server.ts'
import { buildPage, DIST, openPage } from './page.ts'

const FIRST_LOAD_BUDGET = 80_000

describe('first load', () => {
  beforeAll(buildPage)

  it('is at most 80 kB of compressed script before the map', () => {
    const html = readFileSync(join(DIST, 'index.html'), 'utf8')
    const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((found) => found[1] ?? '')
    expect(scripts.length).toBeGreaterThan(0)
    const bytes = scripts.reduce((sum, path) => sum + gzipSync(readFileSync(join(DIST, path))).length, 0)
    console.log(`first load: ${(bytes / 1000).toFixed(1)} kB of gzipped script in ${scripts.length} file(s)`)
    expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_BUDGET)
    const loaded = scripts.map((path) => readFileSync(join(DIST, path), 'utf8')).join('')
    expect(loaded).not.toContain('maplibregl-canvas')
    expect(readdirSync(join(DIST, 'assets')).some((name) => name.startsWith('map-') && name.endsWith('.js'))).toBe(true)
  })

  it('has nothing inline for the content security policy to refuse', () => {
    const html = readFileSync(join(DIST, 'index.html'), 'utf8')
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/)
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org)/)
  })
})

describe.skipIf(chromiumPath === null)('1,000 shipments at 1 Hz', () => {
  let browser: Browser
  let fixture: Fixture
  beforeAll(async () => {
    buildPage()
    browser = await launchChromium()
    fixture = await startFixture({ dist: DIST, count: 1000 })
  })
  afterAll(async () => {
    await browser?.close()
    await fixture?.stop()
  })

  it('stays smooth while it updates and while it is scrolled', async () => {
    const { page, errors, close } = await openPage(browser, fixture)
    await page.waitForSelector('.row')
    const measured = await page.evaluate(
      async ({ stillMs, scrollMs }) => {
        const long: number[] = []
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) long.push(entry.duration)
        })
        const frames: number[] = []
        const watch = (ms: number, each: () => void): Promise<void> =>
          new Promise((resolve) => {
            const start = performance.now()
            let last = start
            const tick = (at: number): void => {
              frames.push(at - last)
              last = at
              each()
              if (at - start < ms) requestAnimationFrame(tick)
              else resolve()
            }
            requestAnimationFrame(tick)
          })
        // the load itself is not what is measured here
        await watch(2000, () => undefined)
        observer.observe({ entryTypes: ['longtask'] })
        const spread = () => {
          const sorted = frames.splice(0).sort((a, b) => a - b)
          const at = (part: number) => Math.round(sorted[Math.floor(sorted.length * part)] ?? 0)
          return {
            frames: sorted.length,
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            longTasks: long.splice(0).map(Math.round),
          }
        }
        spread()
        await watch(stillMs, () => undefined)
        const still = spread()
        const main = document.querySelector('main')
        await watch(scrollMs, () => main?.scrollBy(0, 40))
        return { still, scrolled: spread(), top: main?.scrollTop ?? 0 }
      },
      { stillMs: 6000, scrollMs: 4000 },
    )
    console.log(`1,000 shipments at 1 Hz: ${JSON.stringify(measured)}`)
    expect(errors).toEqual([])
    expect(measured.top).toBeGreaterThan(2_000)
    expect(await page.locator('.row').count()).toBeLessThan(60)
    // generous: two shared cores, a software renderer, other work beside it
    expect(Math.max(0, ...measured.still.longTasks)).toBeLessThan(400)
    expect(measured.still.p95).toBeLessThan(120)
    expect(measured.scrolled.p95).toBeLessThan(200)
    await close()
  })
})
