import type { z } from 'zod'
import type { Antoine, Containment, Filling, TankKind } from '../model/record.ts'
import { expansionOf } from '../physics/filling.ts'
import { absolute, reliefOf } from '../physics/pressure-ladder.ts'
import { type Reactivity, temperatureControl } from '../physics/temperature-control.ts'
import { fillingRule, type LimitRecord } from '../rules/derived-limits.ts'
import type { Cargo, TankFacts } from '../rules/facts.ts'
import type { Tx } from './pool.ts'

type RecordRow = {
  id: string
  hazard_class: string | null
  sadt: number | null
  sapt: number | null
  flash_point: number | null
  freezing_point: number | null
  control_temperature: number | null
  emergency_temperature: number | null
  reactivity: Reactivity['kind']
  reactive_type: Reactivity['type']
  heating_effect: Reactivity['heating']
  antoine: z.infer<typeof Antoine> | null
  expansion: number | null
  density_15: number | null
  density_50: number | null
  liquefied: boolean
  packaging: Containment | null
  filling: Filling | null
  tank_id: string | null
  kind: TankKind | null
  provision: string | null
  capacity_litres: number | null
  mawp_bar: number | null
  test_pressure_bar: number | null
  relief_pressure_bar: number | null
}

const readRows = async (tx: Tx, shipmentIds: readonly string[]): Promise<RecordRow[]> => {
  const { rows } = await tx.query<RecordRow>(
    `select s.id, u.hazard_class, u.sadt, u.sapt, u.flash_point, u.freezing_point, u.control_temperature, u.emergency_temperature,
       u.reactivity, u.reactive_type, u.heating_effect, u.antoine, u.expansion, u.density_15, u.density_50, u.liquefied,
       s.packaging, s.filling, t.id as tank_id, t.kind, t.provision, t.capacity_litres, t.mawp_bar, t.test_pressure_bar, t.relief_pressure_bar
     from shipments s join substances u on u.id = s.substance_id left join tanks t on t.id = s.tank_id
     where s.id = any($1::uuid[])`,
    [shipmentIds],
  )
  return rows
}

/** In what it travels: as it was said, else as its tank is one; null where nobody has said. */
const containmentOf = ({ packaging, tank_id, kind }: RecordRow): Containment | null => {
  if (packaging !== null) return packaging
  if (kind === 'ibc' || kind === 'packaging') return kind
  return tank_id === null ? null : 'tank'
}

const expansionIn = ({ expansion, density_15, density_50 }: RecordRow): number | null => {
  if (expansion !== null) return expansion
  if (density_15 === null || density_50 === null || density_50 >= density_15) return null
  return expansionOf(density_15, density_50)
}

const recordOf = (row: RecordRow): LimitRecord => ({
  thermal: {
    sadt: row.sadt,
    sapt: row.sapt,
    control: row.control_temperature,
    emergency: row.emergency_temperature,
    reactivity: { kind: row.reactivity, type: row.reactive_type, heating: row.heating_effect },
  },
  flashPoint: row.flash_point,
  freezingPoint: row.freezing_point,
  liquefied: row.liquefied,
  expansion: expansionIn(row),
  containment: containmentOf(row),
  tank:
    row.tank_id === null
      ? null
      : {
          kind: row.kind,
          provision: row.provision,
          pressures: {
            mawp: row.mawp_bar,
            testPressure: row.test_pressure_bar,
            relief: row.relief_pressure_bar,
            isPortable: row.kind === 'portable-tank',
          },
        },
  filling: row.filling,
})

/** What the limits of each shipment follow from; a shipment that `tx` does not see is missing. */
export const limitRecords = async (tx: Tx, shipmentIds: readonly string[]): Promise<Map<string, LimitRecord>> =>
  new Map((await readRows(tx, shipmentIds)).map((row) => [row.id, recordOf(row)]))

export type LoadedRecord = { cargo: Cargo; tank: TankFacts | null }

const loaded = (row: RecordRow): LoadedRecord => {
  const { thermal, expansion, filling, containment, tank } = recordOf(row)
  const control = temperatureControl(thermal, containment ?? 'packaging')
  const inBarAbsolute = (gauge: number | null): number | null => (gauge === null ? null : absolute(gauge))
  return {
    cargo: {
      antoine: row.antoine,
      expansion,
      liquefied: row.liquefied,
      filling,
      control: control.applies ? (control.control?.celsius ?? null) : null,
      emergency: control.applies ? (control.emergency?.celsius ?? null) : null,
      reactive: row.reactivity !== null || row.sadt !== null || row.sapt !== null,
    },
    tank:
      tank === null || row.capacity_litres === null
        ? null
        : {
            capacityLitres: row.capacity_litres,
            mawp: inBarAbsolute(tank.pressures.mawp),
            testPressure: inBarAbsolute(tank.pressures.testPressure),
            relief: reliefOf(tank.pressures)?.bar ?? null,
            filling: fillingRule(tank),
          },
  }
}

/**
 * What the detectors are to know of each shipment's cargo and tank, by shipment id: pressures in bar absolute, °C, 1/K.
 * May be asked as zaitu_ingest. A shipment that is not there, or not seen, is missing from the answer.
 */
export const loadRecords = async (tx: Tx, shipmentIds: readonly string[]): Promise<Map<string, LoadedRecord>> =>
  new Map((await readRows(tx, shipmentIds)).map((row) => [row.id, loaded(row)]))

/** Shipments of the organisation's own that still travel with a substance or a tank. */
export const travellingWith = async (
  tx: Tx,
  { substanceId, tankId }: { substanceId?: string; tankId?: string },
): Promise<string[]> => {
  const { rows } = await tx.query<{ id: string }>(
    `select id from shipments where org_id = app_org() and phase not in ('delivered', 'cleaning', 'closed')
       and (substance_id = $1::uuid or tank_id = $2::uuid) order by id for no key update`,
    [substanceId ?? null, tankId ?? null],
  )
  return rows.map(({ id }) => id)
}
