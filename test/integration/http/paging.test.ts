import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, type Service, startService } from './service.ts'

let service: Service
let member: Client
beforeAll(async () => {
  service = await startService()
  member = await service.signIn(service.one.email.member)
  // many share a departure, a name or a moment of raising: the ties are what a cursor gets wrong
  await service.owner.query(
    `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
     select 'd-' || n, $1::uuid, 1, 1, 'absolute', sha256(n::text::bytea) from generate_series(1, 23) n`,
    [service.one.id],
  )
  await service.owner.query(
    `insert into shipments (org_id, reference, substance_id, origin, destination, depart_at, eta, phase)
     select $1::uuid, 'S-' || n, (select id from substances limit 1), p, p, timestamptz '2026-05-01Z' + (n % 4) * interval '1 h', '2026-06-01Z', 'in-transit'
     from generate_series(1, 23) n, (values ('{"name":"x","lat":0,"lon":0}'::jsonb)) v (p)`,
    [service.one.id],
  )
  await service.owner.query(
    `insert into alarms (id, org_id, shipment_id, device_id, rule, priority, onset, value, peak, limit_value, explanation, raised_at)
     select gen_random_uuid(), $1::uuid, s.id, d.id, 'temperature-high', 'high', now(), 1, 1, 1, '', now() + (d.id % 3) * interval '1 us'
     from shipments s join devices d on d.code = replace(s.reference, 'S', 'd')`,
    [service.one.id],
  )
  await service.owner.query(
    `insert into dead_letters (org_id, received_at, topic, payload, reason) select $1::uuid, now(), 't', '', 'r' from generate_series(1, 23)`,
    [service.one.id],
  )
  await service.owner.query(
    `insert into sites (org_id, name, lat, lon, radius_metres) select $1::uuid, repeat('𠮷', 197) || n, 0, 0, 1 from generate_series(101, 123) n`,
    [service.one.id],
  )
})
afterAll(() => service.close())

it('pages of any size, one after the other, are the whole list in its order', async () => {
  const lists = ['/shipments', '/alarms', '/devices', '/substances', '/dead-letters', '/tanks', '/sites']
  const ids = (page: { items: { id: string }[] }) => page.items.map((item) => item.id)
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...lists), fc.integer({ min: 1, max: 30 }), async (list, limit) => {
      const whole = ids((await member.ask('GET', `${list}?limit=1000`)).json())
      const paged: string[] = []
      let cursor: string | null = null
      do {
        const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
        const page: { items: { id: string }[]; next: string | null } = (
          await member.ask('GET', `${list}?limit=${limit}${more}`)
        ).json()
        expect(page.items.length).toBeLessThanOrEqual(limit)
        paged.push(...ids(page))
        cursor = page.next
      } while (cursor !== null)
      expect(paged).toEqual(whole)
      expect(new Set(paged).size).toBe(paged.length)
      if (['/shipments', '/alarms', '/devices', '/dead-letters', '/sites'].includes(list))
        expect(paged).toHaveLength(23)
    }),
    { numRuns: 20 },
  )
})

it('pages of what a filter leaves hold nothing else', async () => {
  const first = (await member.ask('GET', '/shipments?q=S-1&limit=5')).json()
  const second = (await member.ask('GET', `/shipments?q=S-1&limit=20&cursor=${first.next}`)).json()
  const references = [...first.items, ...second.items].map((item: { reference: string }) => item.reference)
  expect(references.toSorted()).toEqual(['S-1', ...Array.from({ length: 10 }, (_, n) => `S-${10 + n}`)].toSorted())
})
