import { signal } from '@preact/signals'
import { catalogue, type Filling, fill, type Key, type Language } from './catalogue.ts'

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

/** One text in the language of the page; a component that calls it is drawn again when the language changes. */
export const t = <K extends Key>(key: K, ...[values]: Filling<K>): string =>
  fill(catalogue[key][language.value], values ?? {})

/** For `Intl` and for the `lang` attribute. */
export const locale = (): string => (language.value === 'zh' ? 'zh-CN' : 'en-GB')
