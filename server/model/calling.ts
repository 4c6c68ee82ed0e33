import type { PersonPart } from './report.ts'

/** Words that people write into a contact's role, in the order in which they are called: a 24-hour dispatcher is the 24-hour contact. */
export const PARTS: readonly [PersonPart, RegExp][] = [
  ['emergency', /24|emergency|应急|紧急|urgence|notfall/i],
  ['consignor', /consignor|shipper|sender|托运|发货/i],
  ['consignee', /consignee|receiver|recipient|收货/i],
  ['dispatcher', /dispatch|carrier|调度|承运/i],
]
const ORDER: readonly PersonPart[] = [...PARTS.map(([part]) => part), 'other']

/** What a contact's role comes down to. */
export const partOfRole = (role = ''): PersonPart => PARTS.find(([, words]) => words.test(role))?.[0] ?? 'other'

/** Whom to call, the 24-hour contact first; of one part in the order in which they were entered. */
export const inCallingOrder = <C extends { role?: string | undefined }>(contacts: readonly C[]): C[] =>
  [...contacts].sort((a, b) => ORDER.indexOf(partOfRole(a.role)) - ORDER.indexOf(partOfRole(b.role)))
