import { RuleId } from '../model/alarm.ts'
import { Limits } from '../model/limits.ts'
import { RuleSettingsChange } from '../model/rule-settings.ts'
import { type Corridor, Phase, type Place } from '../model/shipment.ts'
import { distance } from '../physics/geo.ts'
import { type Circle, type Facts, SETTINGS, settingsWith, type TripFacts } from '../rules/facts.ts'
import type { FactsVersion } from '../rules/state.ts'
import type { LoadedRecord } from './record.ts'

type Version<T> = { from: number } & T

/** What the database knows of a loan beside the readings: times in epoch ms, each list ascending. */
export type FactsRow = {
  limits: Version<{ limits: unknown }>[]
  phases: Version<{ phase: unknown }>[]
  settings: Version<{ settings: unknown; own: boolean }>[]
  service: { rule: unknown; from: number; to: number | null }[]
  origin: Place
  destination: Place
  depart_at: Date
  eta: Date
  /** what the arrival was thought to be before, each up to when it was changed */
  etas: { eta: number; until: number }[]
  corridor: Corridor | null
  sites: Circle[]
}

const versions = (table: string, column: string) =>
  `(select coalesce(json_agg(json_build_object('from', (extract(epoch from l.valid_from) * 1000)::bigint, '${column}', l.${column})
      order by l.valid_from, l.id), '[]') from ${table} l where l.shipment_id = a.shipment_id)`

/** Columns of a query over `assignments a join shipments s`, for `factsVersions`. */
export const LOAN_FACTS = `${versions('shipment_limits', 'limits')} as limits,
  ${versions('shipment_phases', 'phase')} as phases,
  (select coalesce(json_agg(json_build_object('from', (extract(epoch from r.valid_from) * 1000)::bigint, 'settings', r.settings, 'own', r.shipment_id is not null)
      order by r.valid_from, r.id), '[]') from rule_settings r
    where r.org_id = s.org_id and (r.shipment_id is null or r.shipment_id = s.id)) as settings,
  (select coalesce(json_agg(json_build_object('rule', o.rule, 'from', (extract(epoch from o.out_from) * 1000)::bigint,
      'to', (extract(epoch from o.out_to) * 1000)::bigint)), '[]') from rule_service o where o.shipment_id = a.shipment_id) as service,
  s.origin, s.destination, s.depart_at, s.eta, s.corridor,
  (select coalesce(json_agg(json_build_object('eta', floor(extract(epoch from e.eta) * 1000)::bigint,
      'until', floor(extract(epoch from e.until) * 1000)::bigint) order by e.until, e.id), '[]')
    from shipment_etas e where e.shipment_id = a.shipment_id) as etas,
  (select coalesce(json_agg(json_build_object('lat', x.lat, 'lon', x.lon, 'radiusMetres', x.radius_metres)), '[]') from sites x
    where x.org_id = s.org_id) as sites`

/** A place is as large as this where nobody has said how large, m. */
const PLACE_METRES = 1_000

/** An end of the journey is as large as the place of ours that it lies in. */
const circle = ({ lat, lon }: Place, sites: readonly Circle[]): Circle =>
  sites.find((site) => distance(site, { lat, lon }) <= site.radiusMetres) ?? { lat, lon, radiusMetres: PLACE_METRES }
const isPlace = ({ lat, lon }: Partial<Place>) => Number.isFinite(lat) && Number.isFinite(lon)

const tripOf = (row: FactsRow): TripFacts => ({
  origin: circle(row.origin, row.sites),
  destination: circle(row.destination, row.sites),
  corridor: row.corridor,
  stops: row.sites,
  departAt: row.depart_at.getTime(),
  eta: row.etas[0]?.eta ?? row.eta.getTime(),
})

/** Each change of the arrival holds from when it was made: what was urgent before was so by what was known then. */
const etaChanges = ({ etas, eta }: FactsRow) =>
  etas.map(({ until }, index) => ({
    from: until,
    change: ({ trip, ...facts }: Facts): Facts => ({
      ...facts,
      trip: trip === null ? null : { ...trip, eta: etas[index + 1]?.eta ?? eta.getTime() },
    }),
  }))

/** What a stream's device adds to the facts; times in ms. */
export type DeviceFacts = { intervalMs: number; reportMs: number; gauge: boolean }

/** The facts from each moment on at which something of them changes. */
export const factsVersions = (row: FactsRow, device: DeviceFacts, record: LoadedRecord | undefined): FactsVersion[] => {
  const trip = isPlace(row.origin) && isPlace(row.destination) ? tripOf(row) : null
  let facts: Facts = {
    ...device,
    trip,
    limits: {},
    phase: 'in-transit',
    cargo: record?.cargo ?? null,
    tank: record?.tank ?? null,
    settings: SETTINGS,
    outOfService: [],
  }
  const changes: { from: number; change(facts: Facts): Facts }[] = [
    ...row.limits.map(({ from, limits }) => ({
      from,
      change: (before: Facts) => ({ ...before, limits: Limits.parse(limits) }),
    })),
    ...row.phases.map(({ from, phase }) => ({
      from,
      change: (before: Facts) => ({ ...before, phase: Phase.parse(phase) }),
    })),
    ...etaChanges(row),
    ...settingsChanges(row),
    ...serviceChanges(row),
  ].sort((a, b) => a.from - b.from)
  const result: FactsVersion[] = [{ from: Number.NEGATIVE_INFINITY, facts }]
  for (const { from, change } of changes) {
    facts = change(facts)
    if (result.at(-1)?.from === from) result.pop()
    result.push({ from, facts })
  }
  return result
}

/** The organisation's settings, and over them the shipment's own. */
const settingsChanges = ({ settings }: FactsRow) => {
  let common: RuleSettingsChange = {}
  let own: RuleSettingsChange = {}
  return settings.map((version) => {
    const given = RuleSettingsChange.parse(version.settings)
    if (version.own) own = given
    else common = given
    const inForce = settingsWith(settingsWith(SETTINGS, common), own)
    return { from: version.from, change: (before: Facts) => ({ ...before, settings: inForce }) }
  })
}

const serviceChanges = ({ service }: FactsRow) =>
  service.flatMap(({ rule, from, to }) => {
    const id = RuleId.parse(rule)
    const out = { from, change: (before: Facts) => ({ ...before, outOfService: [...before.outOfService, id] }) }
    if (to === null) return [out]
    const back = (before: Facts) => ({ ...before, outOfService: before.outOfService.filter((one) => one !== id) })
    return [out, { from: to, change: back }]
  })
