import { readDate } from './dates.ts'
import type { Mapping } from './mapping.ts'

export type Row = Readonly<Record<string, string>>

/** A moment at which one asks how long it still takes. `known` is when the answer came; epoch ms, durations in days. */
export type Moment = {
  order: string
  at: number
  known: number
  days: number
  /** days from `at` to the promised date */
  promise: number | null
  supplier: string | null
  levels: readonly (string | null)[]
}

export type Moments = { moments: Moment[]; unusable: number; nothingLeft: number }

const DAY_MS = 86_400_000

/** The moments of a history in the order of time. Rows without usable dates are counted as `unusable`. */
export const momentsOf = (rows: readonly Row[], mapping: Mapping): Moments => {
  const found = mapping.rows === 'orders' ? ofOrders(rows, mapping) : ofStages(rows, mapping)
  found.moments.sort((a, b) => a.at - b.at || a.known - b.known || (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
  return found
}

const ofOrders = (rows: readonly Row[], mapping: Mapping): Moments => {
  const found: Moments = { moments: [], unusable: 0, nothingLeft: 0 }
  for (const [index, row] of rows.entries()) {
    const at = readDate(row[mapping.from])
    const known = readDate(row[mapping.to])
    if (at === null || known === null) found.unusable++
    else if (known <= at) found.nothingLeft++
    else {
      const promised = mapping.promise === undefined ? null : readDate(row[mapping.promise])
      found.moments.push({
        order: String(index).padStart(9, '0'),
        at,
        known,
        days: (known - at) / DAY_MS,
        promise: promised === null ? null : (promised - at) / DAY_MS,
        supplier: mapping.supplier === undefined ? null : level(row[mapping.supplier]),
        levels: levelsOf(row, mapping),
      })
    }
  }
  return found
}

const ofStages = (rows: readonly Row[], mapping: Mapping): Moments => {
  const found: Moments = { moments: [], unusable: 0, nothingLeft: 0 }
  const orders = new Map<string, { row: Row; from: number; to: number; stage: string }[]>()
  for (const row of rows) {
    const order = level(row[mapping.order ?? ''])
    const from = readDate(row[mapping.from])
    const to = readDate(row[mapping.to])
    if (order === null || from === null || to === null || to < from) {
      found.unusable++
      continue
    }
    const stages = orders.get(order) ?? []
    stages.push({ row, from, to, stage: level(row[mapping.stage ?? '']) ?? '' })
    orders.set(order, stages)
  }
  for (const [order, stages] of orders) {
    stages.sort((a, b) => a.to - b.to || a.from - b.from)
    const begun = Math.min(...stages.map(({ from }) => from))
    const known = Math.max(...stages.map(({ to }) => to))
    for (const [index, { row, to, stage }] of stages.entries()) {
      if (to >= known) {
        found.nothingLeft++
        continue
      }
      const seen = stages.slice(0, index + 1)
      const promised = mapping.promise === undefined ? null : readDate(row[mapping.promise])
      found.moments.push({
        order,
        at: to,
        known,
        days: (known - to) / DAY_MS,
        promise: promised === null ? null : (promised - to) / DAY_MS,
        supplier: mapping.supplier === undefined ? null : level(row[mapping.supplier]),
        levels: [
          stage,
          `${magnitude((to - begun) / DAY_MS)}`,
          `${magnitude(index + 1)}`,
          `${seen.filter((one) => one.stage === stage).length > 1}`,
          ...levelsOf(row, mapping),
        ],
      })
    }
  }
  return found
}

const level = (text: string | undefined): string | null => {
  const value = text?.trim() ?? ''
  return value === '' ? null : value
}

/** Orders of magnitude, in doublings: 0 below 1. */
const magnitude = (value: number): number => Math.round(Math.log2(1 + Math.max(0, value)))

const levelsOf = (row: Row, { factors, numbers }: Mapping): (string | null)[] => [
  ...factors.map((factor) => {
    const parts = [factor].flat().map((column) => level(row[column]))
    return parts.includes(null) ? null : parts.join(' / ')
  }),
  ...numbers.map((column) => {
    const value = Number(row[column]?.replaceAll(/[, ]/g, '') || Number.NaN)
    return Number.isFinite(value) ? String(magnitude(value)) : null
  }),
]
