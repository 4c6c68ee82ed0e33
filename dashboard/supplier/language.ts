import type { FillingOf, Language } from '../text/catalogue.ts'
import { fill } from '../text/fill.ts'
import { supplierWords } from '../text/supplier-words.ts'

type Words = typeof supplierWords
const KEY = 'zaitu.language'

const choose = (): Language => {
  let kept: string | null = null
  try {
    kept = localStorage.getItem(KEY)
  } catch {
    // storage may be forbidden: then the browser says
  }
  const first = [kept ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2)).find((tag) => /^(en|zh)$/.test(tag))
  return first === 'zh' ? 'zh' : 'en'
}

let language = choose()
export const locale = (): string => (language === 'zh' ? 'zh-CN' : 'en-GB')
export const isChinese = (): boolean => language === 'zh'

/** The other language from now on, here and in the rest of Zaitu. */
export const switchLanguage = (): void => {
  language = language === 'zh' ? 'en' : 'zh'
  try {
    localStorage.setItem(KEY, language)
  } catch {
    // see choose
  }
}

/** A text of the supplier's page in its language. */
export const t = <K extends keyof Words>(key: K, ...[values]: FillingOf<Words, K>): string =>
  fill(supplierWords[key][language], values ?? {})

type Names = Record<string, { name: string; nameZh: string | null }>
const isKnown = (key: string): key is keyof Words => key in supplierWords

/** What a stage is called: by its buyer, else by us, else by its id. */
export const stageName = (stage: string, names: Names): string => {
  const own = names[stage]
  if (own !== undefined) return language === 'zh' ? (own.nameZh ?? own.name) : own.name
  const key = `stage.${stage}`
  return isKnown(key) ? supplierWords[key][language] : stage
}

const format = (options: Intl.DateTimeFormatOptions, when: number | string): string =>
  new Intl.DateTimeFormat(locale(), options).format(new Date(when))
/** 22 Nov */
export const day = (when: number | string): string => format({ day: 'numeric', month: 'short' }, when)
/** 22 Nov, 14:05 */
export const dayTime = (when: number | string): string =>
  format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, when)
/** Joined as a list is written. */
export const joined = (parts: readonly string[]): string => parts.join(language === 'zh' ? '、' : ', ')
