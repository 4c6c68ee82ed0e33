import { Limits } from '../model/limits.ts'
import { Phase, type Place } from '../model/shipment.ts'
import { type Cargo, type Facts, SETTINGS, type TankFacts, type TripFacts } from '../rules/facts.ts'
import type { FactsVersion } from '../rules/state.ts'

type Version<T> = { from: number } & T

/** What the database knows of a loan beside the readings: times in epoch ms, each list ascending. */
export type FactsRow = {
  limits: Version<{ limits: unknown }>[]
  phases: Version<{ phase: unknown }>[]
  out_of_service: Version<{ rules: string[] }>[]
  origin: Place
  destination: Place
  depart_at: Date
  eta: Date
  cargo: Cargo | null
  tank: TankFacts | null
}

const versions = (table: string, column: string) =>
  `(select coalesce(json_agg(json_build_object('from', (extract(epoch from l.valid_from) * 1000)::bigint, '${column}', l.${column})
      order by l.valid_from, l.id), '[]') from ${table} l where l.shipment_id = a.shipment_id)`

/** Columns of a query over `assignments a join shipments s`, for `factsVersions`. */
export const LOAN_FACTS = `${versions('shipment_limits', 'limits')} as limits,
  ${versions('shipment_phases', 'phase')} as phases,
  '[]'::json as out_of_service, s.origin, s.destination, s.depart_at, s.eta, null::json as cargo, null::json as tank`

/** A place is as large as this where nobody has said how large, m. */
const PLACE_METRES = 1_000

const circle = ({ lat, lon }: Place) => ({ lat, lon, radiusMetres: PLACE_METRES })
const isPlace = ({ lat, lon }: Partial<Place>) => Number.isFinite(lat) && Number.isFinite(lon)

const tripOf = (row: FactsRow): TripFacts => ({
  origin: circle(row.origin),
  destination: circle(row.destination),
  corridor: null,
  stops: [],
  departAt: row.depart_at.getTime(),
  eta: row.eta.getTime(),
})

/** The facts from each moment on at which something of them changes. */
export const factsVersions = (row: FactsRow, device: { intervalMs: number; reportMs: number }): FactsVersion[] => {
  const trip = isPlace(row.origin) && isPlace(row.destination) ? tripOf(row) : null
  let facts: Facts = {
    ...device,
    trip,
    limits: {},
    phase: 'in-transit',
    cargo: row.cargo,
    tank: row.tank,
    settings: SETTINGS,
    outOfService: [],
  }
  const changes = [
    ...row.limits.map(({ from, limits }) => ({ from, change: { limits: Limits.parse(limits) } })),
    ...row.phases.map(({ from, phase }) => ({ from, change: { phase: Phase.parse(phase) } })),
  ].sort((a, b) => a.from - b.from)
  const result: FactsVersion[] = [{ from: Number.NEGATIVE_INFINITY, facts }]
  for (const { from, change } of changes) {
    facts = { ...facts, ...change }
    if (result.at(-1)?.from === from) result.pop()
    result.push({ from, facts })
  }
  return result
}
