import { createHmac, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Actors,
  DEMO_EMAIL,
  findActors,
  settlePartners,
  settlePassword,
  withdrawWellKnown,
} from './demo-actors.ts'
import { DEMO_ROUTES, DEMO_TRIPS, type DemoTrip } from './demo-fleet.ts'
import { makeDemoOrders } from './demo-orders.ts'
import { createAssignment, endAssignment } from './store/assignments.ts'
import { keepLimits, replaceOwnLimits } from './store/limit-settings.ts'
import { hashToken } from './store/people.ts'
import { inTransaction, type Pool, type Tx } from './store/pool.ts'
import { requestRefold } from './store/refolds.ts'
import { createShipment, updateShipment } from './store/shipments.ts'
import { setPhase } from './store/versions.ts'

const HOUR_MS = 3_600_000
/** A trip is over so long after its planned arrival, and the device goes on the next one. */
const UNLOADED_MS = 6 * HOUR_MS
/** A server that was down has this much sent after. */
const BACKLOG_MS = 6 * HOUR_MS
const INTERVAL_SECONDS = 5
const LOCK = 5_240_715

/** What the simulated fleet needs to know of one device; times in epoch ms. */
export type DemoDevice = Pick<DemoTrip, 'deviceId' | 'substanceCas' | 'scenario' | 'route' | 'pressureReference'> & {
  secret: string
  startedAt: number
  intervalSeconds: number
  /** °C, the limit that a heating tank passes while one watches */
  temperatureHigh?: number
  /** where its stored readings end */
  sendFrom?: number
}

export type Demo = {
  email: string
  /** null when it was set and printed at an earlier start */
  password: string | null
  /** the well-known sign-in, where nobody but this machine can use it */
  hint: { email: string; password: string } | undefined
  devices: DemoDevice[]
  /** of the link by which the simulated supplier speaks */
  supplierToken: string
}

/** A key of this installation, from which the secrets of the simulated devices follow: they outlive a restart. */
const readKey = async (dataDir: string): Promise<Buffer> => {
  const path = join(dataDir, 'demo.key')
  try {
    await writeFile(path, randomBytes(32), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFile(path)
}

const secretOf = (key: Buffer, deviceId: string): string =>
  createHmac('sha256', key).update(deviceId).digest('base64url')

/** The supplier's link of this month, made where it is not there; one that a person has withdrawn stays so. */
const settleSupplierLink = async (tx: Tx, { orgId, others }: Actors, key: Buffer, now: number): Promise<string> => {
  const token = secretOf(key, `supplier ${new Date(now).toISOString().slice(0, 7)}`)
  await tx.query(
    `insert into supplier_links (org_id, supplier_id, token_hash, note, expires_at)
     values ($1::uuid, $2::uuid, $3::bytea, 'the demo’s simulated supplier', now() + interval '60 days') on conflict do nothing`,
    [orgId, others.supplier, hashToken(token)],
  )
  return token
}

/** Number of the device; its secret is set to the one that follows from the key, should the key be another one. */
const settleDevice = async (tx: Tx, actors: Actors, trip: DemoTrip, secret: string): Promise<number> => {
  const { rows } = await tx.query<{ id: number }>(
    `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
     values ($1::text, $2::uuid, $3::double precision, $3::double precision, $4::text, $5::bytea)
     on conflict (code) do update set secret_hash = excluded.secret_hash returning id`,
    [trip.deviceId, actors.orgId, INTERVAL_SECONDS, trip.pressureReference, hashToken(secret)],
  )
  const [row] = rows
  if (row === undefined) throw new Error('an upsert returned no row')
  return row.id
}

type Loan = { shipment_id: string; assignment_id: string; from: Date; to: Date | null; eta: Date; count: number }

const lastLoan = async (tx: Tx, deviceNumber: number): Promise<Loan | undefined> => {
  const { rows } = await tx.query<Loan>(
    `select a.shipment_id, a.id::text as assignment_id, lower(a.during) as "from", upper(a.during) as "to", s.eta, count(*) over ()::integer as count
     from assignments a join shipments s on s.id = a.shipment_id
     where a.device_id = $1::integer order by lower(a.during) desc limit 1`,
    [deviceNumber],
  )
  return rows[0]
}

/** Brings the last trip to its end, unless a person has done so; resolves to when the device is free, epoch ms. */
const endTrip = async (tx: Tx, deviceNumber: number, loan: Loan): Promise<number> => {
  if (loan.to !== null) return loan.to.getTime()
  const over = loan.eta.getTime() + HOUR_MS
  const { shipment_id: shipmentId, assignment_id: assignmentId } = loan
  await endAssignment(tx, { shipmentId, assignmentId, to: over })
  await updateShipment(tx, shipmentId, { phase: 'delivered' })
  await setPhase(tx, { shipmentId, personId: null, from: over }, 'delivered')
  await requestRefold(tx, { shipmentId, deviceId: deviceNumber, from: over })
  return over
}

const beginTrip = async (
  tx: Tx,
  actors: Actors,
  trip: DemoTrip,
  { deviceNumber, departAt, round }: { deviceNumber: number; departAt: number; round: number },
): Promise<void> => {
  const { orgId, personId, others } = actors
  const route = DEMO_ROUTES[trip.route]
  const { rows } = await tx.query<{ substance: string; tank: string }>(
    `select s.id as substance, t.id as tank from substances s, tanks t
     where s.org_id is null and s.cas = $1::text and s.un = $2::text and t.org_id = $3::uuid and t.name = $4::text`,
    [trip.substanceCas, trip.un, orgId, trip.tank],
  )
  const [found] = rows
  if (found === undefined)
    throw new Error(`the catalogue has no ${trip.substanceCas}, or the demo no tank ${trip.tank}`)
  const shipmentId = await createShipment(tx, orgId, {
    reference: `HD-${trip.deviceId.slice(3)}-${String(round).padStart(2, '0')}`,
    substanceId: found.substance,
    origin: route.origin,
    destination: route.destination,
    departAt,
    eta: departAt + route.hours * HOUR_MS,
    phase: 'in-transit',
    tankId: found.tank,
    carrierId: others.carrier,
    supplierId: others.supplier,
    // numbers that are set aside for fiction, or can't be dialled
    contacts: [
      { name: '应急 Emergency desk', phone: '+86 000 0000 0119', role: '24-hour emergency' },
      { name: '赵 Zhao', phone: '+86 000 0000 0042', role: 'dispatcher' },
      { name: `${route.origin.name}, loading desk`, phone: '+86 000 0000 0021', role: 'consignor' },
      { name: `${route.destination.name}, tank farm`, phone: '+86 000 0000 0034', role: 'consignee' },
    ],
    packaging: 'tank',
    filling: trip.un === '1005' ? null : { fraction: 0.9, celsius: 20 },
  })
  if (shipmentId === null) return
  const always = { shipmentId, personId, from: 0 }
  await replaceOwnLimits(tx, always, trip.limits)
  await keepLimits(tx, always)
  await setPhase(tx, always, 'in-transit')
  await createAssignment(tx, { shipmentId, deviceNumber, from: departAt, to: null })
}

const newestReading = async (tx: Tx, deviceNumber: number, from: number): Promise<number | null> => {
  const { rows } = await tx.query<{ time: Date | null }>(
    'select max(time) as time from readings where device_id = $1::integer and time >= $2::timestamptz',
    [deviceNumber, new Date(from)],
  )
  return rows[0]?.time?.getTime() ?? null
}

const settleTrip = async (tx: Tx, actors: Actors, trip: DemoTrip, key: Buffer, now: number): Promise<DemoDevice> => {
  const secret = secretOf(key, trip.deviceId)
  const deviceNumber = await settleDevice(tx, actors, trip, secret)
  const loan = await lastLoan(tx, deviceNumber)
  let startedAt = loan?.from.getTime() ?? now - trip.departedHoursAgo * HOUR_MS
  if (loan === undefined) await beginTrip(tx, actors, trip, { deviceNumber, departAt: startedAt, round: 1 })
  else if (loan.eta.getTime() + UNLOADED_MS < now) {
    const free = await endTrip(tx, deviceNumber, loan)
    startedAt = Math.max(free, now - trip.departedHoursAgo * HOUR_MS)
    await beginTrip(tx, actors, trip, { deviceNumber, departAt: startedAt, round: loan.count + 1 })
  }
  const { deviceId, substanceCas, scenario, route, pressureReference } = trip
  const device = { deviceId, secret, substanceCas, scenario, route, pressureReference, startedAt }
  const stored = await newestReading(tx, deviceNumber, startedAt)
  const high = trip.limits.temperature?.high
  return {
    ...device,
    intervalSeconds: INTERVAL_SECONDS,
    ...(scenario === 'heating' && high !== undefined && { temperatureHigh: high }),
    ...(stored !== null && { sendFrom: Math.max(stored, now - BACKLOG_MS) }),
  }
}

/**
 * Makes the demo's organisations, people, tanks, devices and shipments in an empty database, and in one that has them
 * brings back what a start needs: the sign-in and the plan of each simulated device (new trips for those that have
 * arrived). Null when the database holds something else. `pool` acts as the owner; `dataDir` must be there.
 */
export const seedDemo = async (
  pool: Pool,
  { dataDir, loopback, now = Date.now() }: { dataDir: string; loopback: boolean; now?: number },
): Promise<Demo | null> => {
  const key = await readKey(dataDir)
  return inTransaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1::bigint)', [LOCK])
    const actors = await findActors(tx)
    if (actors === null) return null
    const password = await settlePassword(tx, actors.personId, loopback)
    await settlePartners(tx, actors, loopback)
    const devices: DemoDevice[] = []
    for (const trip of DEMO_TRIPS) devices.push(await settleTrip(tx, actors, trip, key, now))
    await makeDemoOrders(tx, actors, now)
    const hint = loopback && password !== null ? { email: DEMO_EMAIL, password } : undefined
    const supplierToken = await settleSupplierLink(tx, actors, key, now)
    return { email: DEMO_EMAIL, password, hint, devices, supplierToken }
  })
}

/**
 * The demo as the settings want it, at every start. A database may have been a demo's on loopback before: where this
 * start is none, or others can reach it, the well-known password lets nobody in any more; `ended` is whom it did.
 */
export const settleDemo = async (
  pool: Pool,
  { demo, alone, DATA_DIR }: { demo: boolean; alone: boolean; DATA_DIR: string },
): Promise<{ demo: Demo | null; ended: { email: string; organisation: string }[] }> => {
  const ended = demo && alone ? [] : await inTransaction(pool, withdrawWellKnown)
  const seeded = demo ? await seedDemo(pool, { dataDir: DATA_DIR, loopback: alone }) : null
  // whose new password is told with the demo needs no other
  return { demo: seeded, ended: ended.filter(({ email }) => email !== seeded?.email) }
}
