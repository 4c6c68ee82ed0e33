import type { Priority } from '../../model/alarm.ts'
import type { FigureName, Figures } from '../../model/figures.ts'
import type { Forecast } from '../../model/forecast.ts'
import { DAY_MS, type LineFacts } from '../forecast/known.ts'
import { stageName } from '../stage-name.ts'
import { type Holding, judgeForecast, type Late, type LateSettings } from './forecast-late.ts'
import { type Graces, type Overdue, overdueStretches, stageReached } from './overdue.ts'
import { asItWas, daysBetween, lotAt, termsAt } from './truth.ts'

export type LineRule = 'stage-overdue' | 'forecast-late'
/** An alarm of an order line as it is to be recorded; epoch ms. `group`: what makes it one matter with others. */
export type LineAlarm = {
  rule: LineRule
  stage: string | null
  /** where that is a lot that the line shares */
  lot: string | null
  group: string
  priority: Priority
  onset: number
  clearedAt: number | null
  value: number
  peak: number
  limit: number
  figures: Record<string, number>
  explanation: string
}
/** As it is recorded; one that was withdrawn is not among them. */
export type RecordedLineAlarm = Omit<LineAlarm, 'explanation' | 'group'> & { id: string }

export type LineChange =
  | { kind: 'raised'; alarm: LineAlarm }
  | { kind: 'cleared' | 'amended'; id: string; alarm: LineAlarm; reopened: boolean }
  | { kind: 'withdrawn'; id: string }

const tenths = (value: number): number => Math.round(value * 10) / 10
const inDays = (days: number): string => `${tenths(days)} ${tenths(days) === 1 ? 'day' : 'days'}`
const day = (at: number): string => new Date(at).toISOString().slice(0, 10)
const sentence = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}`
const percent = (share: number): string => `${Math.round(share * 100)} %`

/** The names of the figures say what a stage is overdue by. */
const DUE = {
  estimate: 'promisedAtEpochMs',
  plan: 'plannedAtEpochMs',
  usual: 'usuallyDoneAtEpochMs',
} as const satisfies Record<string, FigureName>
const WAS_DUE = { estimate: 'promised for', plan: 'planned for', usual: 'usually done by' } as const

/** Lines that share a lot are one matter, whichever stage each has come to; else those of one supplier at one stage. */
const bySupplier = ({ supplierId }: LineFacts, stage: string | null, lot: string | null): string =>
  lot === null ? `supplier ${supplierId} ${stage ?? ''}` : `lot ${supplierId} ${lot}`

const overdueAlarm = (
  facts: LineFacts,
  { stage, dueAt, basis, graceDays, ...when }: Overdue,
  { lot, now }: { lot: string | null; now: number },
): LineAlarm => ({
  rule: 'stage-overdue',
  stage,
  lot,
  group: bySupplier(facts, stage, lot),
  priority: 'medium',
  ...when,
  value: tenths(daysBetween(dueAt, when.onset)),
  peak: tenths(daysBetween(dueAt, when.clearedAt ?? now)),
  limit: graceDays,
  figures: { [DUE[basis]]: dueAt, graceDays } satisfies Figures,
  explanation: sentence(
    `${stageName(stage)} ${when.clearedAt === null ? 'is' : 'was'} overdue: ${WAS_DUE[basis]} ${day(dueAt)}, and nobody has said that it is done`,
  ),
})

/** The shipment that keeps a line, if one does: lines that wait for it are one matter. */
const keptBy = ({ shipments }: LineFacts, { causes }: Forecast): string | null => {
  const kind = causes[0]?.kind
  if (kind !== 'transit' && kind !== 'condition') return null
  return shipments.find(({ detachedAt }) => detachedAt === null)?.id ?? null
}

const againstNeedBy = (days: number): string => {
  if (Math.abs(days) < 0.05) return 'on the day it is needed'
  return days > 0 ? `${inDays(days)} after need-by` : `${inDays(-days)} before need-by`
}

const lateAlarm = (
  facts: LineFacts,
  forecast: Forecast,
  late: Late,
  {
    onset,
    needBy,
    settings,
    lot,
    now,
  }: { onset: number; needBy: number; settings: LateSettings; lot: string | null; now: number },
): LineAlarm => {
  const shipment = keptBy(facts, forecast)
  const stage = stageReached(facts, now)
  const { why, priority, probability, daysLate, slippedDays } = late
  const expected = `${day(Date.parse(forecast.p50 ?? ''))}, ${againstNeedBy(daysLate)}; ${percent(probability)} likely to miss it`
  const isSlipped = why === 'slipped'
  const value = isSlipped ? tenths(slippedDays) : probability
  return {
    rule: 'forecast-late',
    stage,
    lot: shipment === null ? lot : null,
    group: shipment === null ? bySupplier(facts, stage, lot) : `shipment ${shipment}`,
    priority,
    onset,
    clearedAt: null,
    value,
    peak: value,
    limit: isSlipped ? settings.slippedDays : settings.lateProbability,
    figures: {
      probability,
      daysLate: tenths(daysLate),
      expectedAtEpochMs: Date.parse(forecast.p50 ?? ''),
      needByEpochMs: needBy,
      ...(isSlipped && { slippedDays: tenths(slippedDays) }),
    } satisfies Figures,
    explanation: isSlipped
      ? `The expected arrival has slipped by ${inDays(slippedDays)} within a week, to ${expected}`
      : `Expected ${expected}`,
  }
}

const holdingOf = ({ figures, priority }: RecordedLineAlarm): Holding => ({
  why: figures.slippedDays === undefined ? 'need-by' : 'slipped',
  priority,
})

export type Judging = {
  facts: LineFacts
  forecast: Forecast
  recorded: readonly RecordedLineAlarm[]
  /** the soonest arrival that was expected within a week, ISO */
  soonestP50: string | null
  graces: Graces
  settings: LateSettings
  /** other open lines are of its lot, too */
  sharesLot: boolean
  /** epoch ms */
  now: number
}

const overlap = (
  a: { onset: number; clearedAt: number | null },
  b: { onset: number; clearedAt: number | null },
): number =>
  Math.min(a.clearedAt ?? Number.POSITIVE_INFINITY, b.clearedAt ?? Number.POSITIVE_INFINITY) -
  Math.max(a.onset, b.onset)

/**
 * The lot by which an alarm is one matter with others. One that was stays so while the line is of that lot: its end is told
 * with its beginning, though the others arrived first.
 */
const lotOfMatter = ({ facts, sharesLot, now }: Judging, was: RecordedLineAlarm | undefined): string | null => {
  const lot = lotAt(facts, now)
  return sharesLot || was?.lot === lot ? lot : null
}

/**
 * What has to change so that the record says which stages are and were overdue. An alarm keeps its id while its stretch
 * overlaps; one that, by what is known now, never was, is withdrawn; what was over before anybody noticed is not raised.
 */
const judgeOverdue = (judging: Judging): LineChange[] => {
  const { facts, recorded, graces, now } = judging
  const free = new Set(recorded.filter(({ rule }) => rule === 'stage-overdue'))
  const changes: LineChange[] = []
  for (const stretch of overdueStretches(facts, graces, now)) {
    const [was] = [...free]
      .filter((one) => one.stage === stretch.stage && overlap(one, stretch) > 0)
      .toSorted((a, b) => overlap(b, stretch) - overlap(a, stretch) || a.onset - b.onset)
    // over, it stays with those that it was told with
    const lot = was !== undefined && stretch.clearedAt !== null ? was.lot : lotOfMatter(judging, was)
    const alarm = overdueAlarm(facts, stretch, { lot, now })
    if (was === undefined) {
      if (alarm.clearedAt === null) changes.push({ kind: 'raised', alarm })
      continue
    }
    free.delete(was)
    const isSame =
      was.onset === alarm.onset &&
      was.clearedAt === alarm.clearedAt &&
      was.lot === alarm.lot &&
      Object.entries(alarm.figures).every(([name, value]) => was.figures[name] === value)
    if (isSame) continue
    const isCleared = was.clearedAt === null && alarm.clearedAt !== null
    const reopened = was.clearedAt !== null && alarm.clearedAt === null
    changes.push({ kind: isCleared ? 'cleared' : 'amended', id: was.id, alarm, reopened })
  }
  return [...[...free].map(({ id }): LineChange => ({ kind: 'withdrawn', id })), ...changes]
}

/** Less is no news: nobody is sent the same alarm again for a breath of wind. */
const NEWS_MS = DAY_MS / 2
const NEWS_PROBABILITY = 0.1

const isNews = (was: RecordedLineAlarm, alarm: LineAlarm): boolean =>
  was.priority !== alarm.priority ||
  was.stage !== alarm.stage ||
  was.lot !== alarm.lot ||
  was.limit !== alarm.limit ||
  was.figures.needByEpochMs !== alarm.figures.needByEpochMs ||
  Math.abs((was.figures.expectedAtEpochMs ?? 0) - (alarm.figures.expectedAtEpochMs ?? 0)) >= NEWS_MS ||
  Math.abs((was.figures.probability ?? 0) - (alarm.figures.probability ?? 0)) >= NEWS_PROBABILITY

const judgeLate = async (
  judging: Judging,
  inHindsight: (facts: LineFacts, at: number) => Promise<Forecast>,
): Promise<LineChange[]> => {
  const { facts, forecast, recorded, soonestP50, settings, now } = judging
  const open = recorded.find(({ rule, clearedAt }) => rule === 'forecast-late' && clearedAt === null)
  const { needBy, cancelledAt } = termsAt(facts, now)
  const late = judgeForecast(open === undefined ? null : holdingOf(open), forecast, { needBy, soonestP50 }, settings)
  if (late !== null) {
    const lot = lotOfMatter(judging, open)
    const alarm = lateAlarm(facts, forecast, late, { onset: open?.onset ?? now, needBy, settings, lot, now })
    if (open === undefined) return [{ kind: 'raised', alarm }]
    const isOther = open.limit !== alarm.limit
    const kept = {
      ...alarm,
      value: isOther ? alarm.value : open.value,
      peak: isOther ? alarm.peak : Math.max(open.peak, alarm.peak),
    }
    return isNews(open, kept) ? [{ kind: 'amended', id: open.id, alarm: kept, reopened: false }] : []
  }
  if (open === undefined) return []
  const arrivedAt = forecast.arrivedAt === null ? null : Date.parse(forecast.arrivedAt)
  const withdrawn: LineChange[] = [{ kind: 'withdrawn', id: open.id }]
  if (arrivedAt !== null && arrivedAt <= open.onset) return withdrawn
  // had everything been said when it happened, and rightly, would it ever have been late?
  const then = await inHindsight(asItWas(facts, now), open.onset)
  const isStill = arrivedAt !== null && arrivedAt > needBy
  if (
    !isStill &&
    judgeForecast(null, then, { needBy, soonestP50: null }, settings) === null &&
    holdingOf(open).why === 'need-by'
  )
    return withdrawn
  const clearedAt = Math.min(now, Math.max(open.onset + 1, arrivedAt ?? cancelledAt ?? now))
  const { id, ...was } = open
  const explanation = `The expected arrival was ${day(was.figures.expectedAtEpochMs ?? now)}, ${againstNeedBy(was.figures.daysLate ?? 0)}`
  return [{ kind: 'cleared', id, alarm: { ...was, group: '', clearedAt, explanation }, reopened: false }]
}

/** What has to change of a line's alarms, by all that is known of it; those that go first. Pure but for what it asks. */
export const judgeLine = async (
  judging: Judging,
  inHindsight: (facts: LineFacts, at: number) => Promise<Forecast>,
): Promise<LineChange[]> => {
  const changes = [...judgeOverdue(judging), ...(await judgeLate(judging, inHindsight))]
  const order = { withdrawn: 0, cleared: 1, amended: 2, raised: 3 }
  return changes.toSorted((a, b) => order[a.kind] - order[b.kind])
}
