import { existsSync } from 'node:fs'
import { installPackages, isDebianRoot } from './debian.ts'
import { note } from './notes.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

const found = (): boolean => {
  const named = process.env.CHROMIUM_PATH
  return named ? existsSync(named) : PLACES.some((path) => existsSync(path))
}

/** A browser for the suite: the one that is there, else on Debian as root the distribution's. */
export default async (): Promise<void> => {
  if (found()) return
  const expected = isDebianRoot() && !process.env.CHROMIUM_PATH
  let reason = 'no Chromium or Chrome was found: install one, or set CHROMIUM_PATH'
  if (expected) {
    console.log('Installing Chromium and a font for Chinese: once on this machine, a minute or two')
    try {
      await installPackages('chromium', 'fonts-noto-cjk')
      return
    } catch (error) {
      reason = `Chromium could not be installed: ${error instanceof Error ? error.message : error}`
    }
  }
  note({ suite: 'browser', sentence: reason, expected })
}
