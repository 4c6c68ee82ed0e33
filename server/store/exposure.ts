import type { Exposure, ExposureBudget } from '../model/exposure.ts'
import type { Limits } from '../model/limits.ts'
import { beyond, type Held, held, meanKineticTemperature } from '../physics/exposure.ts'
import type { Tx } from './pool.ts'
import { bucketRows, type Loan, loansIn, segmentsFor } from './segments.ts'
import { limitsHistory } from './versions.ts'

const MINUTE_SECONDS = 60
/** More minutes than this are counted by the hour: a year is answered as well. */
const MOST_MINUTES = 100_000
const EVER = Date.parse('2000-01-01T00:00:00Z')

/** Where the first loan of a shipment begins, epoch ms; null without any. */
const beginning = async (tx: Tx, shipmentId: string): Promise<number | null> => {
  const { rows } = await tx.query<{ at: Date | null }>(
    'select min(lower(a.during)) as at from assignments a where a.shipment_id = $1::uuid',
    [shipmentId],
  )
  return rows[0]?.at?.getTime() ?? null
}

export const budgetsOf = async (tx: Tx, substanceId: string): Promise<ExposureBudget[]> => {
  const { rows } = await tx.query<{ above: number; minutes: number | null; degree_hours: number | null }>(
    'select above, minutes, degree_hours from exposure_budgets where substance_id = $1::uuid and org_id = app_org() order by above',
    [substanceId],
  )
  return rows.map(({ above, minutes, degree_hours }) => ({
    above,
    ...(minutes !== null && { minutes }),
    ...(degree_hours !== null && { degreeHours: degree_hours }),
  }))
}

/** Puts an organisation's budgets for a substance in the place of those that were. */
export const setBudgets = async (
  tx: Tx,
  orgId: string,
  substanceId: string,
  budgets: readonly ExposureBudget[],
): Promise<void> => {
  await tx.query('delete from exposure_budgets where org_id = $1::uuid and substance_id = $2::uuid', [
    orgId,
    substanceId,
  ])
  await tx.query(
    `insert into exposure_budgets (org_id, substance_id, above, minutes, degree_hours)
     select $1::uuid, $2::uuid, * from unnest($3::float8[], $4::float8[], $5::float8[])`,
    [
      orgId,
      substanceId,
      budgets.map(({ above }) => above),
      budgets.map(({ minutes }) => minutes ?? null),
      budgets.map(({ degreeHours }) => degreeHours ?? null),
    ],
  )
}

/** The budgets of whose shipment it is: everybody on it looks at the same ones. */
const budgetsFor = async (tx: Tx, shipmentId: string): Promise<ExposureBudget[]> => {
  const { rows } = await tx.query<{ above: number; minutes: number | null; degree_hours: number | null }>(
    'select above, minutes, degree_hours from shipment_budgets($1::uuid)',
    [shipmentId],
  )
  return rows.map(({ above, minutes, degree_hours }) => ({
    above,
    ...(minutes !== null && { minutes }),
    ...(degree_hours !== null && { degreeHours: degree_hours }),
  }))
}

const SIDES = [
  ['high', 'above'],
  ['highHigh', 'above'],
  ['low', 'below'],
  ['lowLow', 'below'],
] as const

/** What held, device by device: where two measured at the same time, the warmer of both. */
const courseOf = async (tx: Tx, loans: readonly Loan[], to: number, width: number): Promise<Held[]> => {
  const resolution = width === 3600 ? '1h' : '1m'
  const rows = await bucketRows(tx, await segmentsFor(tx, loans, resolution), resolution, width)
  const interval = Math.max(width * 1000, ...loans.map((loan) => loan.intervalMs))
  const values = rows.flatMap(({ at, temperature_mean }) =>
    temperature_mean === null ? [] : [{ time: at * 1000, celsius: temperature_mean }],
  )
  return held(values, { intervalMs: interval, to })
}

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits

/** What a shipment's cargo has been through between two moments (epoch ms), or since its first device; null: nothing was lent. */
export const exposureOf = async (
  tx: Tx,
  shipmentId: string,
  asked: { from?: number | undefined; to?: number | undefined },
): Promise<Exposure | null> => {
  const began = await beginning(tx, shipmentId)
  if (began === null) return null
  const to = Math.min(asked.to ?? Date.now(), Date.now())
  const from = Math.max(asked.from ?? began, EVER)
  if (from >= to) return null
  const width = (to - from) / 60_000 > MOST_MINUTES ? 3600 : MINUTE_SECONDS
  const course = await courseOf(tx, await loansIn(tx, shipmentId, from, to), to, width)
  const versions = await limitsHistory(tx, shipmentId)
  const limitsAt = (time: number): Limits =>
    versions.findLast((version) => version.from.getTime() <= time)?.limits ?? {}
  const known = course.reduce((sum, { ms }) => sum + ms, 0)
  const kinetic = meanKineticTemperature(course)
  const told = ({ minutes, degreeHours }: { minutes: number; degreeHours: number }) => ({
    minutes: round(minutes, 1),
    degreeHours: round(degreeHours, 2),
  })
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    meanKineticCelsius: kinetic === null ? null : round(kinetic, 2),
    coverage: round(Math.min(1, known / (to - from)), 4),
    knownMinutes: round(known / 60_000, 1),
    beyond: SIDES.filter(([side]) => versions.some(({ limits }) => limits.temperature?.[side] !== undefined)).map(
      ([side, direction]) => ({
        side,
        limit: limitsAt(to).temperature?.[side] ?? null,
        ...told(beyond(course, direction, (time) => limitsAt(time).temperature?.[side])),
      }),
    ),
    budgets: (await budgetsFor(tx, shipmentId)).map(({ above, minutes = null, degreeHours = null }) => {
      const was = told(beyond(course, 'above', () => above))
      return {
        above,
        ...was,
        allowedMinutes: minutes,
        allowedDegreeHours: degreeHours,
        used: round(
          Math.max(
            minutes === null ? 0 : was.minutes / minutes,
            degreeHours === null ? 0 : was.degreeHours / degreeHours,
          ),
          4,
        ),
      }
    }),
    resolutionSeconds: width,
  }
}
