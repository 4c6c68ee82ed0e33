import type { Limits } from '../model/limits.ts'
import type { LimitKey, OverruledLimit, Side, SourcedLimit } from '../model/record.ts'
import type { DerivedLimit } from './derived-limits.ts'

/** What a person says of one limit. */
export type OwnLimit = LimitKey & {
  value: number
  setBy: string | null
  reason: string | null
  /** who agreed to it although the record asks for `loosens`; null where nobody did */
  consent: { by: string; loosens: number } | null
}

const MEASURES = ['temperature', 'pressure', 'level'] as const
const SIDES: readonly Side[] = ['high', 'highHigh', 'low', 'lowLow']

/** Positive where `a` is tighter than `b`. */
export const tighterBy = (side: Side, a: number, b: number): number =>
  side === 'high' || side === 'highHigh' ? b - a : a - b

const fromRecord = (limit: DerivedLimit): SourcedLimit => ({
  ...limit, origin: 'record', setBy: null, reason: null, consentBy: null,
}) // biome-ignore format: one limit, two lines
const fromPerson = ({ consent, ...limit }: OwnLimit): SourcedLimit => ({
  ...limit,
  rule: consent === null ? 'set by a person' : 'set by a person, looser than the record asks for, with consent',
  origin: 'person',
  consentBy: consent?.by ?? null,
})

/** Limits as text, for sentences. */
const text = ({ measure, value }: { measure: string; value: number }): string => {
  if (measure === 'temperature') return `${value} °C`
  return measure === 'pressure' ? `${Math.round(value * 100) / 100} bar` : `${Math.round(value * 1e4) / 100} %`
}

export type InForce = { limits: SourcedLimit[]; overruled: OverruledLimit[]; effective: Limits }

/** Of the derived limits of one side the tightest, and of it and a person's the tighter, unless consent was given. */
const ofSide = (
  key: LimitKey,
  derived: readonly DerivedLimit[],
  own: OwnLimit | undefined,
): { counts: SourcedLimit | null; overruled: OverruledLimit[] } => {
  const [tightest, ...others] = derived.toSorted((a, b) => tighterBy(key.side, b.value, a.value))
  const overruled = others.map((limit) => ({ ...fromRecord(limit), because: 'Another rule asks for a tighter one.' }))
  if (tightest === undefined) return { counts: own === undefined ? null : fromPerson(own), overruled }
  if (own === undefined) return { counts: fromRecord(tightest), overruled }
  if (tighterBy(key.side, own.value, tightest.value) >= 0) {
    const because = own.value === tightest.value ? 'A person has set the same.' : 'A person has set a tighter one.'
    return {
      counts: fromPerson({ ...own, consent: null }),
      overruled: [{ ...fromRecord(tightest), because }, ...overruled],
    }
  }
  // what was consented to was to go beyond a limit; where the record has come to ask for more, nobody has agreed to that
  if (own.consent !== null && tighterBy(key.side, tightest.value, own.consent.loosens) <= 0) {
    const because = `${own.setBy ?? 'A person'} has loosened it, with the consent of ${own.consent.by}.`
    return { counts: fromPerson(own), overruled: [{ ...fromRecord(tightest), because }, ...overruled] }
  }
  const because =
    own.consent === null
      ? `It is looser than ${text(tightest)} (${tightest.rule}): that needs a reason and a second person's consent.`
      : `The consent was to go beyond ${text({ ...own, value: own.consent.loosens })}; the record now asks for ${text(tightest)}.`
  return { counts: fromRecord(tightest), overruled: [{ ...fromPerson(own), because }, ...overruled] }
}

type BySide = Map<Side, SourcedLimit>

/** Takes out what contradicts: a first stage beyond its second, and a low limit at or above a high one. */
const withoutContradictions = (sides: BySide): OverruledLimit[] => {
  const overruled: OverruledLimit[] = []
  const drop = (side: Side, because: string): void => {
    const limit = sides.get(side)
    if (limit === undefined) return
    sides.delete(side)
    overruled.push({ ...limit, because })
  }
  for (const [first, second] of [
    ['high', 'highHigh'],
    ['low', 'lowLow'],
  ] as const) {
    // biome-ignore format: pairs
    const [near, far] = [sides.get(first), sides.get(second)]
    if (near !== undefined && far !== undefined && tighterBy(first, near.value, far.value) < 0)
      drop(first, `It lies beyond the second stage of ${text(far)} (${far.rule}).`)
  }
  const lowest = sides.get('high') ?? sides.get('highHigh')
  for (const side of ['low', 'lowLow'] as const) {
    const low = sides.get(side)
    if (low !== undefined && lowest !== undefined && low.value >= lowest.value)
      drop(side, `It is not below the high limit of ${text(lowest)} (${lowest.rule}).`)
  }
  return overruled
}

/**
 * Which limits count: of a derived and a person's limit on the same side the tighter, unless the person's was loosened
 * with a second person's consent. Whatever comes in, `effective` fits the schema of limits.
 */
export const limitsInForce = (derived: readonly DerivedLimit[], own: readonly OwnLimit[]): InForce => {
  const limits: SourcedLimit[] = []
  const overruled: OverruledLimit[] = []
  const effective: Limits = {}
  for (const measure of MEASURES) {
    const sides: BySide = new Map()
    for (const side of SIDES) {
      const isHere = (limit: LimitKey): boolean => limit.measure === measure && limit.side === side
      const found = ofSide({ measure, side }, derived.filter(isHere), own.find(isHere))
      overruled.push(...found.overruled)
      if (found.counts !== null) sides.set(side, found.counts)
    }
    overruled.push(...withoutContradictions(sides))
    if (sides.size === 0) continue
    effective[measure] = Object.fromEntries([...sides].map(([side, { value }]) => [side, value]))
    limits.push(...sides.values())
  }
  return { limits, overruled, effective }
}

/** A set of limits as one list. */
export const listed = (limits: Limits): (LimitKey & { value: number })[] =>
  MEASURES.flatMap((measure) =>
    SIDES.flatMap((side) => {
      const value = limits[measure]?.[side]
      return value === undefined ? [] : [{ measure, side, value }]
    }),
  )
