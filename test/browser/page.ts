import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import { EMAIL, type Fixture, PASSWORD } from './fixture-server.ts'

const ROOT = join(import.meta.dirname, '../..')
const DASHBOARD = join(ROOT, 'dashboard')
export const DIST = join(DASHBOARD, 'dist')

const newestIn = (folder: string): number =>
  Math.max(
    0,
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      if (entry.name === 'dist') return 0
      const path = join(folder, entry.name)
      return entry.isDirectory() ? newestIn(path) : statSync(path).mtimeMs
    }),
  )

/** Builds the page where what stands in dist is older than its sources. */
export const buildPage = (): void => {
  const index = join(DIST, 'index.html')
  if (existsSync(index) && statSync(index).mtimeMs > newestIn(DASHBOARD)) return
  execFileSync(process.execPath, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', 'dashboard'], {
    cwd: ROOT,
    stdio: 'pipe',
    // a test runner's NODE_ENV would make it a development build
    env: { ...process.env, NODE_ENV: 'production' },
  })
}

export type Opened = { page: Page; errors: string[]; close(): Promise<void> }

/** A fresh browser session, signed in, with the fleet on the screen. What the page throws or logs as an error is kept. */
export const openPage = async (
  browser: Browser,
  fixture: Fixture,
  path = '/',
  options: BrowserContextOptions = {},
): Promise<Opened> => {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Asia/Shanghai',
    colorScheme: 'light',
    ...options,
  })
  await context.addCookies([{ name: 'zaitu_session', value: 'yes', url: fixture.url }])
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(`${fixture.url}${path}`)
  await page.waitForSelector('.shell')
  await page.waitForSelector('.live.open')
  return { page, errors, close: () => context.close() }
}

/** Signs in by hand, as a person does. */
export const signIn = async (page: Page, email = EMAIL, password = PASSWORD): Promise<void> => {
  await page.fill('[name=email]', email)
  await page.fill('[name=password]', password)
  await page.click('[type=submit]')
}

/** Waits until what `ask` gives is as expected: ten seconds, for a machine that has other work. */
export const soon = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: 25_000 })
