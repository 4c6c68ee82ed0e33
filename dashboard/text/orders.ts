import type { ImportField } from '../../server/model/import.ts'
import { FIELD_NAMES } from '../../server/model/import-issue.ts'
import { catalogue } from './catalogue.ts'
import { forecastWords } from './forecast-words.ts'
import { language, translator } from './language.ts'
import { orderWords } from './order-words.ts'
import { stageWords } from './stage-words.ts'

/** The catalogue with the words of orders, which are loaded with their pages. */
export const orderCatalogue = { ...catalogue, ...orderWords, ...forecastWords } as const
export type OrderKey = keyof typeof orderCatalogue

export const t = translator(orderCatalogue)

const isKey = (key: string): key is keyof typeof stageWords => Object.hasOwn(stageWords, key)

/** Names that the organisation gave stages of its own, by id. */
export type OwnStages = ReadonlyMap<string, { name: string; nameZh: string | null }>

/** A stage as the reader calls it; one that nobody named is its id, in words. */
export const stageName = (stage: string, own: OwnStages): string => {
  const named = own.get(stage)
  if (named !== undefined) return language.value === 'zh' ? (named.nameZh ?? named.name) : named.name
  const key = `stage.${stage}`
  if (isKey(key)) return t(key)
  return `${stage[0]?.toUpperCase() ?? ''}${stage.slice(1).replaceAll('-', ' ')}`
}

export const fieldName = (field: ImportField): string => FIELD_NAMES[field][language.value]
