import { type RuleSettings, RuleSettingsChange } from '../model/rule-settings.ts'
import type { Newest } from '../model/shipment.ts'
import type { Needed } from '../rules/detector.ts'
import { SETTINGS, settingsWith } from '../rules/facts.ts'
import { factsAt, restored, type Stored } from '../rules/state.ts'
import { type NotWatching, rulesNotWatching } from '../rules/watching.ts'
import { type FactsRow, factsVersions, LOAN_FACTS } from './facts.ts'
import { newestValues } from './newest.ts'
import type { Tx } from './pool.ts'
import { loadRecords } from './record.ts'

/** What the rules of a shipment are set to, to whoever sees it; null where it is not seen. */
export const settingsInForce = async (tx: Tx, shipmentId: string): Promise<RuleSettings | null> => {
  const { rows } = await tx.query<{ common: unknown; own: unknown }>(
    'select common, own from settings_in_force($1::uuid)',
    [shipmentId],
  )
  const [row] = rows
  if (row === undefined) return null
  const given = (settings: unknown) => RuleSettingsChange.parse(settings ?? {})
  return settingsWith(settingsWith(SETTINGS, given(row.common)), given(row.own))
}

const NEEDED = ['temperature', 'pressure', 'level', 'ambient'] as const

const measuredIn = (newest: Newest): ReadonlySet<Needed> =>
  new Set<Needed>([
    ...NEEDED.filter((measure) => newest[measure] !== null),
    ...(newest.lat !== null && newest.lon !== null ? (['position'] as const) : []),
  ])

/** Which rules do not watch a shipment now, or only in part, and why; none where it is not seen. */
export const notWatching = async (tx: Tx, shipmentId: string): Promise<NotWatching[]> => {
  const { rows } = await tx.query<FactsRow>(
    `select ${LOAN_FACTS} from (select id as shipment_id from shipments where id = $1::uuid) a
     join shipments s on s.id = a.shipment_id`,
    [shipmentId],
  )
  const [row] = rows
  if (row === undefined) return []
  const record = (await loadRecords(tx, [shipmentId])).get(shipmentId)
  // how often a device speaks, and against what it measures, makes no difference to what is missing
  const facts = factsAt(factsVersions(row, { intervalMs: 60_000, reportMs: 60_000, gauge: false }, record), Date.now())
  if (facts === undefined) return []
  const newest = (await newestValues(tx, [shipmentId])).get(shipmentId)
  const states = await tx.query<{ state: Stored }>('select state from standing_of_rules($1::uuid)', [shipmentId])
  return rulesNotWatching(
    facts,
    newest === undefined ? null : measuredIn(newest),
    states.rows.map(({ state }) => restored(state)),
  )
}
