import { auditWords } from './audit-words.ts'
import { catalogue } from './catalogue.ts'
import { translator } from './language.ts'
import { letterWords } from './letter-words.ts'
import { manageWords } from './manage-words.ts'
import { notifyWords } from './notify-words.ts'
import { qualityWords } from './quality-words.ts'
import { supplierLinkWords } from './supplier-link-words.ts'

/** The catalogue with the words of account, people, devices, tokens and audit, which are loaded with their pages. */
export const manageCatalogue = {
  ...catalogue,
  ...manageWords,
  ...notifyWords,
  ...qualityWords,
  ...letterWords,
  ...auditWords,
  ...supplierLinkWords,
} as const
export type ManageKey = keyof typeof manageCatalogue

export const t = translator(manageCatalogue)
