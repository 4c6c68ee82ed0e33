import type { z } from 'zod'
import type { Site, SiteCreate } from '../model/masterdata.ts'
import type { Tx } from './pool.ts'

const COLUMNS = 'id, name, lat, lon, radius_metres as "radiusMetres"'

/** At most `limit` sites whose name comes after `after`, by name. */
export const listSites = async (tx: Tx, { after, limit }: { after: string; limit: number }): Promise<Site[]> => {
  const { rows } = await tx.query<Site>(
    `select ${COLUMNS} from sites where name > $1::text order by name limit $2::integer`,
    [after, limit],
  )
  return rows
}

/** Null when the organisation has a site of this name. */
export const createSite = async (tx: Tx, orgId: string, site: z.output<typeof SiteCreate>): Promise<Site | null> => {
  const { rows } = await tx.query<Site>(
    `insert into sites (org_id, name, lat, lon, radius_metres)
     values ($1::uuid, $2::text, $3::double precision, $4::double precision, $5::double precision)
     on conflict (org_id, name) do nothing returning ${COLUMNS}`,
    [orgId, site.name, site.lat, site.lon, site.radiusMetres],
  )
  return rows[0] ?? null
}
