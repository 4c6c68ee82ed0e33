import type { Forecast } from './model/forecast.ts'
import { RuleSettingsChange } from './model/rule-settings.ts'
import type { LineFacts } from './orders/forecast/known.ts'
import { judgeLine } from './orders/late/line-alarm.ts'
import { type Graces, overdueNext } from './orders/late/overdue.ts'
import { lotAt } from './orders/late/truth.ts'
import { SETTINGS, settingsWith } from './rules/facts.ts'
import type { Made } from './store/forecasts.ts'
import { lateSettings, lineAlarms, recordLineAlarms, soonestExpected } from './store/line-alarms.ts'
import { linesOfLots } from './store/lots.ts'
import type { Tx } from './store/pool.ts'

/** What an organisation has set, from when on; the product's own before. */
const gracesOf = (versions: readonly { from: number; settings: unknown }[]): Graces => [
  { from: 0, days: SETTINGS.overdueGraceDays },
  ...versions.map(({ from, settings }) => ({
    from,
    days: RuleSettingsChange.parse(settings).overdueGraceDays ?? SETTINGS.overdueGraceDays,
  })),
]

/**
 * Whether lines whose forecast was made just now are late or at risk, and the alarms of that, in the same transaction: so
 * each is judged once, though several servers run. The lines are answered with when to look again, which is when a stage
 * becomes overdue if that is sooner. `tx` acts as zaitu_ingest; `asOf` in epoch ms.
 */
export const judgeLines = async (
  tx: Tx,
  made: readonly Made[],
  asOf: number,
  inHindsight: (facts: LineFacts, at: number) => Promise<Forecast>,
): Promise<{ made: Made[]; changes: number }> => {
  const keys = made.map(({ facts }) => facts)
  const recorded = await lineAlarms(tx, keys)
  const soonest = await soonestExpected(tx, keys, asOf)
  const versions = await lateSettings(tx, [...new Set(keys.map(({ orgId }) => orgId))])
  const ofLots = await linesOfLots(
    tx,
    keys.flatMap((facts) => {
      const lot = lotAt(facts, asOf)
      return lot === null ? [] : [{ supplierId: facts.supplierId, lot }]
    }),
  )
  const changed = []
  const again: Made[] = []
  for (const one of made) {
    const { facts, forecast, nextAt } = one
    const key = `${facts.orderId} ${facts.line}`
    const set = versions.get(facts.orgId) ?? []
    const graces = gracesOf(set)
    const settings = settingsWith(SETTINGS, RuleSettingsChange.parse(set.at(-1)?.settings ?? {}))
    const judging = {
      facts,
      forecast,
      recorded: recorded.get(key) ?? [],
      soonestP50: soonest.get(key) ?? null,
      graces,
      settings,
      sharesLot: ofLots.some(
        (other) =>
          other.orgId === facts.orgId &&
          other.supplierId === facts.supplierId &&
          other.lot === lotAt(facts, asOf) &&
          !(other.orderId === facts.orderId && other.line === facts.line),
      ),
      now: asOf,
    }
    for (const change of await judgeLine(judging, inHindsight)) changed.push({ facts, change })
    const next = nextAt === null ? null : overdueNext(facts, graces, asOf)
    again.push({ ...one, nextAt: nextAt === null || next === null ? nextAt : Math.min(nextAt, next) })
  }
  await recordLineAlarms(tx, changed)
  return { made: again, changes: changed.length }
}
