import type { User } from '../../server/model/session.ts'
import { mayAdminister } from '../state/may.ts'

export const SECTIONS = [
  'account',
  'devices',
  'quality',
  'people',
  'partners',
  'tokens',
  'notifications',
  'letters',
  'audit',
] as const
export type Section = (typeof SECTIONS)[number]

const FOR_ADMINS: ReadonlySet<Section> = new Set(['people', 'partners', 'tokens', 'notifications', 'letters', 'audit'])

/** The section at this path of the page, or null. */
export const sectionAt = (path: string): Section | null =>
  SECTIONS.find((section) => path === `/${section}` || path === `/${section}/`) ?? null

/** What this person can use, in the order of the list. */
export const sectionsOf = (user: User): Section[] =>
  SECTIONS.filter(
    (section) =>
      (mayAdminister(user) || !FOR_ADMINS.has(section)) &&
      // a supplier looks at alarms, and does nothing about them
      (section !== 'quality' || user.organisation.kind !== 'supplier'),
  )
