import { setImmediate as breathe } from 'node:timers/promises'
import type { Logger } from './log.ts'
import type { Forecast, ForecastMove } from './model/forecast.ts'
import type { LineFacts } from './orders/forecast/known.ts'
import { forecastLine } from './orders/forecast/line.ts'
import { hasMoved, movedDays } from './orders/forecast/moved.ts'
import { type LineKey, loadLineFacts } from './store/forecast-facts.ts'
import { createLearning } from './store/forecast-learning.ts'
import {
  databaseNow,
  dueLines,
  holdForecasting,
  keepNewest,
  lastTold,
  type Made,
  settleRequests,
  tell,
} from './store/forecasts.ts'
import { inTransaction, isOutage, type Pool, type Tx } from './store/pool.ts'

const EVERY_MS = 1_000
const AT_ONCE = 250
/** Others have their turn after so many: a few ms. */
const IN_ONE_GO = 25
/** Though nothing happens, time passes: so often a line is looked at again, and one that is on its way. */
const AGAIN_MS = 3_600_000
const MOVING_AGAIN_MS = 600_000

/**
 * Makes the forecasts of all lines: soon after something happened to one (the database keeps a list), and from time to
 * time. One server at a time does, whichever comes first. `pool` acts as zaitu_ingest.
 */
export const createForecaster = ({
  pool,
  log,
  orderChanged,
}: {
  pool: Pool
  log: Logger
  /** the forecast of one of its lines has moved, and that is committed */
  orderChanged(orderId: string): void
}) => {
  const learning = createLearning()

  const make = async (tx: Tx, facts: LineFacts, asOf: number): Promise<Forecast> =>
    forecastLine(facts, await learning.at(tx, facts.orgId, asOf), asOf)

  /** A line that cannot be forecast must not keep all others from it. */
  const makeOrSay = async (tx: Tx, facts: LineFacts, asOf: number): Promise<Forecast | null> => {
    const learnt = await learning.at(tx, facts.orgId, asOf)
    try {
      return forecastLine(facts, learnt, asOf)
    } catch (error) {
      log.error({ order: facts.orderId, line: facts.line, error: String(error) }, 'a line could not be forecast')
      return null
    }
  }

  /** One batch; null where it is another server's turn. */
  const batch = async (): Promise<number | null> => {
    const moved = new Set<string>()
    const count = await inTransaction(pool, async (tx) => {
      if (!(await holdForecasting(tx))) return null
      const { keys, requests } = await dueLines(tx, AT_ONCE)
      if (keys.length === 0) return 0
      const asOf = await databaseNow(tx)
      const made: Made[] = []
      for (const facts of await loadLineFacts(tx, keys, asOf)) {
        if (made.length % IN_ONE_GO === 0) await breathe()
        made.push({ facts, ...withNext(facts, await makeOrSay(tx, facts, asOf), asOf) })
      }
      const told = await lastTold(tx, keys)
      const news = made.filter(({ facts, forecast }) =>
        hasMoved(told.get(`${facts.orderId} ${facts.line}`) ?? null, forecast),
      )
      // written last and quickly: whoever follows a feed waits for every transaction that writes
      await settleRequests(tx, requests)
      await keepNewest(tx, made)
      await tell(tx, news)
      for (const { facts } of news) moved.add(facts.orderId)
      return keys.length
    })
    for (const orderId of moved) orderChanged(orderId)
    return count
  }

  const at = (key: LineKey, asOf: number | null): Promise<Forecast | null> =>
    inTransaction(pool, async (tx) => {
      const when = asOf ?? (await databaseNow(tx))
      const [facts] = await loadLineFacts(tx, [key], when)
      return facts === undefined ? null : make(tx, facts, when)
    })

  return {
    /** The forecast of a line from what was known at `asOf` (epoch ms; null: now); null where there is no such line. */
    at,
    /** What was said at `learntAt` (epoch ms) did to it: before, and now. */
    moved: async (key: LineKey, learntAt: number): Promise<ForecastMove> => {
      const [before, after] = [await at(key, learntAt - 1), await at(key, null)]
      return { before, after, movedDays: movedDays(before, after) }
    },
    /** Of these lines, now, and if what has not left their supplier came so many days later. */
    ifSlipped: (
      keys: readonly LineKey[],
      slipDays: number,
    ): Promise<(LineKey & { before: Forecast; after: Forecast })[]> =>
      inTransaction(pool, async (tx) => {
        const asOf = await databaseNow(tx)
        const all = []
        for (const facts of await loadLineFacts(tx, keys, asOf)) {
          const learnt = await learning.at(tx, facts.orgId, asOf)
          const [before, after] = [forecastLine(facts, learnt, asOf), forecastLine(facts, learnt, asOf, slipDays)]
          all.push({ orderId: facts.orderId, line: facts.line, before, after })
        }
        return all
      }),
    /** Makes all that is due; how many lines. */
    look: async (): Promise<number> => {
      let lines = 0
      for (let count = await batch(); count !== null && count > 0; count = await batch()) lines += count
      if (lines >= AT_ONCE) log.info({ lines }, 'forecasts were made')
      return lines
    },
  }
}
export type Forecaster = ReturnType<typeof createForecaster>

const withNext = (facts: LineFacts, made: Forecast | null, asOf: number): Pick<Made, 'forecast' | 'nextAt'> => {
  const forecast = made ?? {
    p10: null, p50: null, p90: null, probabilityLate: null, causes: [], asOf: new Date(asOf).toISOString(), arrivedAt: null,
  } // biome-ignore format: nothing
  const isClosed = made !== null && (forecast.arrivedAt !== null || forecast.p50 === null)
  const isMoving = facts.shipments.some(({ positions }) => positions.length > 0)
  return { forecast, nextAt: isClosed ? null : asOf + (isMoving ? MOVING_AGAIN_MS : AGAIN_MS) }
}

/** Looks every second, until stopped. */
export const keepForecasting = (forecaster: Forecaster, log: Logger) => {
  let running: Promise<unknown> | null = null
  const timer = setInterval(() => {
    running ??= forecaster
      .look()
      .catch((error) => {
        const facts = { error: error instanceof Error ? error.message : String(error) }
        if (isOutage(error)) log.debug(facts, 'forecasts wait for the database')
        else log.error(facts, 'forecasts could not be made')
      })
      .finally(() => {
        running = null
      })
  }, EVERY_MS)
  return {
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await running
    },
  }
}
