import type { Report, ReportPerson } from '../model/report.ts'
import type { Tx } from './pool.ts'

/** What stands in the papers beside limits and alarms. */
export type Papers = Pick<
  Report,
  | 'reference' | 'phase' | 'origin' | 'destination' | 'departAt' | 'eta' | 'organisations' | 'substance' | 'tank'
  | 'packaging' | 'filling' | 'responseCard'
> & { contacts: Omit<ReportPerson, 'part'>[]; tunnelCode: string | null } // biome-ignore format: a list

/** The papers of one shipment; null when the organisation of `tx` sees none of this id. Names of those it knows. */
export const readPapers = async (tx: Tx, id: string): Promise<Papers | null> => {
  const { rows } = await tx.query<Papers>(
    `select s.reference, s.phase, s.origin, s.destination, iso(s.depart_at) as "departAt", iso(s.eta) as eta, s.packaging,
       s.filling, s.contacts, u.response_card as "responseCard", u.tunnel_code as "tunnelCode",
       jsonb_build_object('buyer', b.name, 'supplier', p.name, 'carrier', c.name) as organisations,
       jsonb_build_object('cas', u.cas, 'un', u.un, 'name', u.name, 'nameZh', u.name_zh, 'hazardClass', u.hazard_class,
         'packingGroup', u.packing_group) as substance,
       case when t.id is not null then jsonb_build_object('name', t.name, 'kind', t.kind, 'provision', t.provision,
         'capacityLitres', t.capacity_litres, 'mawpBar', t.mawp_bar, 'testPressureBar', t.test_pressure_bar,
         'reliefPressureBar', t.relief_pressure_bar) end as tank
     from shipments s
     join substances u on u.id = s.substance_id
     left join tanks t on t.id = s.tank_id
     left join organisations b on b.id = s.org_id
     left join organisations p on p.id = s.supplier_id
     left join organisations c on c.id = s.carrier_id
     where s.id = $1::uuid`,
    [id],
  )
  return rows[0] ?? null
}
