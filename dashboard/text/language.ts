import { signal } from '@preact/signals'
import { catalogue, type FillingOf, type Language, type Words } from './catalogue.ts'
import { fill } from './fill.ts'

const isLanguage = (text: string | null): text is Language => text === 'en' || text === 'zh'

/** The language of the page: the one chosen before, else the browser's. */
export const chooseLanguage = (stored: string | null, browser: readonly string[]): Language => {
  if (isLanguage(stored)) return stored
  for (const tag of browser) {
    const base = tag.slice(0, 2).toLowerCase()
    if (isLanguage(base)) return base
  }
  return 'en'
}

export const language = signal<Language>('en')

/** Reads one text of these words in the language of the page; a component that does is drawn again when that changes. */
export const translator =
  <W extends Words<W>>(words: W) =>
  <K extends keyof W>(key: K, ...[values]: FillingOf<W, K>): string =>
    fill(words[key][language.value], values ?? {})

/** The words that every page needs; a section that is loaded later has its own `t` (text/manage.ts). */
export const t = translator(catalogue)

/** For `Intl` and for the `lang` attribute. */
export const locale = (): string => (language.value === 'zh' ? 'zh-CN' : 'en-GB')
