import type { z } from 'zod'
import type { Tank, TankCreate } from '../model/masterdata.ts'
import type { Tx } from './pool.ts'

/** A patch laid over what was there: what it leaves out may stand as undefined. */
type Change<T> = { [K in keyof T]: T[K] | undefined }

const COLUMNS = `id, name, capacity_litres as "capacityLitres", mawp_bar as "mawpBar",
  test_pressure_bar as "testPressureBar", relief_pressure_bar as "reliefPressureBar",
  kind, provision`

/** At most `limit` tanks whose name comes after `after`, by name. */
export const listTanks = async (tx: Tx, { after, limit }: { after: string; limit: number }): Promise<Tank[]> => {
  const { rows } = await tx.query<Tank>(
    `select ${COLUMNS} from tanks where org_id = app_org() and name > $1::text order by name limit $2::integer`,
    [after, limit],
  )
  return rows
}

/** Null when the organisation has a tank of this name. */
export const createTank = async (tx: Tx, orgId: string, tank: z.output<typeof TankCreate>): Promise<Tank | null> => {
  const { rows } = await tx.query<Tank>(
    `insert into tanks (org_id, name, capacity_litres, mawp_bar, test_pressure_bar, relief_pressure_bar, kind, provision)
     values ($1::uuid, $2::text, $3::double precision, $4::double precision, $5::double precision, $6::double precision,
       $7::text, $8::text)
     on conflict (org_id, name) do nothing returning ${COLUMNS}`,
    [
      orgId,
      tank.name,
      tank.capacityLitres,
      tank.mawpBar ?? null,
      tank.testPressureBar ?? null,
      tank.reliefPressureBar ?? null,
      tank.kind ?? null,
      tank.provision ?? null,
    ],
  )
  return rows[0] ?? null
}

/** One tank of the organisation's own, held until the transaction ends; null where it has none of this id. */
export const readTank = async (tx: Tx, id: string): Promise<Tank | null> => {
  const { rows } = await tx.query<Tank>(
    `select ${COLUMNS} from tanks where org_id = app_org() and id = $1::uuid for no key update`,
    [id],
  )
  return rows[0] ?? null
}

/** Sets all but its name. */
export const updateTank = async (tx: Tx, tank: Change<Tank>): Promise<void> => {
  await tx.query(
    `update tanks set capacity_litres = $2::double precision, mawp_bar = $3::double precision,
       test_pressure_bar = $4::double precision, relief_pressure_bar = $5::double precision, kind = $6::text, provision = $7::text
     where org_id = app_org() and id = $1::uuid`,
    [
      tank.id,
      tank.capacityLitres,
      tank.mawpBar,
      tank.testPressureBar,
      tank.reliefPressureBar,
      tank.kind,
      tank.provision,
    ],
  )
}

export const tankExists = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query('select from tanks where org_id = app_org() and id = $1::uuid', [id])
  return rowCount === 1
}
