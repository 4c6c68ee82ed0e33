import { hasArrived, isAtRisk, isOpen, type RiskyLine } from './risk.ts'

export const SHOW = ['risk', 'open', 'arrived', 'all'] as const
export type Show = (typeof SHOW)[number]
export const parseShow = (text: string | null): Show => SHOW.find((one) => one === text) ?? 'open'

/** `partner`: id of the supplier, or of the buyer where the reader delivers; null: any. */
export type Filter = { show: Show; partner: string | null; query: string }

const SHOWN: Record<Show, (one: RiskyLine) => boolean> = {
  risk: isAtRisk,
  open: isOpen,
  arrived: hasArrived,
  all: () => true,
}

const matches = ({ order, line }: RiskyLine, query: string): boolean => {
  const words = [order.number, order.buyer.name, line.line, line.supplier.name, line.substance.name, line.substance.nameZh ?? '', line.substance.cas, line.family ?? '', line.lot ?? '']
  const text = words.join(' ').toLowerCase()
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word))
} // biome-ignore format: what is searched

/** Who is on the other side of a line. */
export const partnerOf = ({ order, line }: RiskyLine, seller: boolean): { id: string; name: string } =>
  seller ? order.buyer : line.supplier

/** The lines that are asked for, in the order given. */
export const filtered = (lines: readonly RiskyLine[], { show, partner, query }: Filter, seller: boolean): RiskyLine[] =>
  lines.filter(
    (one) => SHOWN[show](one) && (partner === null || partnerOf(one, seller).id === partner) && matches(one, query),
  )

/** All who are on the other side of these lines, by name. */
export const partnersOf = (lines: readonly RiskyLine[], seller: boolean): { id: string; name: string }[] =>
  [...new Map(lines.map((one) => [partnerOf(one, seller).id, partnerOf(one, seller)])).values()].toSorted((a, b) =>
    a.name.localeCompare(b.name),
  )
