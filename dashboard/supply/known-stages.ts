import type { STAGES } from '../../server/model/order.ts'
import { stageWords } from '../text/stage-words.ts'

/** The stages that everybody knows, in their usual order: those that have a word. */
export const knownStages: readonly string[] = Object.keys(stageWords).map((key) => key.replace('stage.', ''))

/** What a new plan begins with: the stages of a chemical, as a line gets them where there is no plan. */
export const usualStages: readonly (typeof STAGES)[number][] = [
  'raw-material',
  'synthesis',
  'quality-released',
  'filled',
  'ready',
  'picked-up',
]
