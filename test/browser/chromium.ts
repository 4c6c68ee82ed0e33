import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser of this machine: `CHROMIUM_PATH`, else an installed Chromium or Chrome, else null. */
export const findChromium = (): string | null => {
  const named = process.env.CHROMIUM_PATH
  if (named !== undefined && named !== '') return existsSync(named) ? named : null
  return CANDIDATES.find((path) => existsSync(path)) ?? null
}

export const chromiumPath = findChromium()
if (chromiumPath === null)
  console.warn('\n!!! NO BROWSER: the page was NOT tested. Install Chromium or set CHROMIUM_PATH.\n')

/** Opens the browser that was found; only called where there is one. */
export const launchChromium = async (): Promise<Browser> => {
  if (chromiumPath === null) throw new Error('no browser on this machine')
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
