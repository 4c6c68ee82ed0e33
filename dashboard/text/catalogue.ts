import { alarmWords } from './alarm-words.ts'
import { domainWords } from './domain-words.ts'
import { intakeWords } from './intake-words.ts'
import { pageWords } from './page-words.ts'
import { ruleWords } from './rule-words.ts'
import { shareWords } from './share-words.ts'
import { stageWords } from './stage-words.ts'

/**
 * Every text of the page, once, in both languages. `{name}` is filled in; `{n|one|other}` takes the first word where
 * n is 1, else the second. What a text needs filled in is read from its English and checked by the compiler.
 */
export const catalogue = {
  ...pageWords,
  ...alarmWords,
  ...domainWords,
  ...ruleWords,
  ...shareWords,
  ...stageWords,
  ...intakeWords,
} as const

export type Language = 'en' | 'zh'
/** Texts by key, each in every language. */
export type Words<W> = { readonly [K in keyof W]: Readonly<Record<Language, string>> }
export type Key = keyof typeof catalogue

type Name<Inside extends string> = Inside extends `${infer Before}|${string}` ? Before : Inside
type Names<Text extends string> = Text extends `${string}{${infer Inside}}${infer Rest}`
  ? Name<Inside> | Names<Rest>
  : never
type ValuesOf<W extends Words<W>, K extends keyof W> = { [N in Names<W[K]['en']>]: string | number }
/** Nothing more to pass where a text has no gaps to fill. */
export type FillingOf<W extends Words<W>, K extends keyof W> = keyof ValuesOf<W, K> extends never
  ? []
  : [values: ValuesOf<W, K>]
