import { effect, signal } from '@preact/signals'
import { chooseLanguage, language, locale } from '../text/language.ts'
import { DEFAULT_UNITS, parseUnits, type Units, unitsText } from '../units.ts'

export type Theme = 'auto' | 'light' | 'dark'
export const theme = signal<Theme>('auto')
export const units = signal<Units>(DEFAULT_UNITS)

/** From which priority on a new alarm is heard. */
export const SOUNDS = ['off', 'critical', 'high'] as const
export type Sound = (typeof SOUNDS)[number]
export const soundFrom = signal<Sound>('high')

const KEYS = { theme: 'zaitu.theme', language: 'zaitu.language', units: 'zaitu.units', sound: 'zaitu.sound' } as const

/** Storage may be forbidden (private windows, policies): the page then forgets, and works. */
const read = (key: string): string | null => {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}
const write = (key: string, value: string): void => {
  try {
    localStorage.setItem(key, value)
  } catch {
    // see read
  }
}

/**
 * Takes up what was chosen before and keeps it from now on. Units that stand in the address win, so that a link shows
 * to others what it showed to its sender. Returns what ends it.
 */
export const startPreferences = (unitsInAddress: string | null): (() => void) => {
  const stored = read(KEYS.theme)
  theme.value = stored === 'light' || stored === 'dark' ? stored : 'auto'
  language.value = chooseLanguage(read(KEYS.language), navigator.languages)
  units.value = parseUnits(unitsInAddress) ?? parseUnits(read(KEYS.units)) ?? DEFAULT_UNITS
  soundFrom.value = SOUNDS.find((choice) => choice === read(KEYS.sound)) ?? 'high'
  const ends = [
    effect(() => {
      if (theme.value === 'auto') delete document.documentElement.dataset.theme
      else document.documentElement.dataset.theme = theme.value
      write(KEYS.theme, theme.value)
    }),
    effect(() => {
      document.documentElement.lang = locale()
      write(KEYS.language, language.value)
    }),
    effect(() => write(KEYS.units, unitsText(units.value))),
    effect(() => write(KEYS.sound, soundFrom.value)),
  ]
  return () => {
    for (const end of ends) end()
  }
}
