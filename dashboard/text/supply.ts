import { translator } from './language.ts'
import { orderCatalogue } from './orders.ts'
import { planWords } from './plan-words.ts'
import { scorecardWords } from './scorecard-words.ts'
import { whatIfWords } from './what-if-words.ts'

/** The words of orders with those of suppliers, of what would be, and of plans. */
export const supplyCatalogue = { ...orderCatalogue, ...scorecardWords, ...whatIfWords, ...planWords } as const

export const t = translator(supplyCatalogue)
