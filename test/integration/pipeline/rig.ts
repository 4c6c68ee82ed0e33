import pg from 'pg'
import type { LeaseOptions } from '../../../server/alarms/leases.ts'
import type { Outcome } from '../../../server/broker/source.ts'
import { deviceTopic } from '../../../server/broker/topic.ts'
import type { Logger } from '../../../server/log.ts'
import type { Limits } from '../../../server/model/limits.ts'
import type { LiveReading } from '../../../server/model/live.ts'
import { createPipeline, type Pipeline } from '../../../server/pipeline.ts'
import { openPool, type Pool } from '../../../server/store/pool.ts'
import { freshDatabase } from '../../setup/database.ts'

export type Answer = { acknowledged: Outcome } | { refused: string }
export type AlarmRow = {
  rule: string
  onset: number
  clearedAt: number | null
  value: number
  limit: number
  peak: number
  retrospective: boolean
}

/** Another server over the same database. */
export type Beside = {
  pipeline: Pipeline
  told: Rig['told']
  live: LiveReading[]
  send(device: number, body: unknown): Promise<Answer>
}

export type Rig = {
  url: string
  owner: pg.Client
  pool: Pool
  orgId: string
  shipments: string[]
  log: string[]
  told: { topic: string; payload: string; retain: boolean }[]
  /** Sends a body from device `d{n}`; resolves when it is acknowledged or refused. */
  send(device: number, body: unknown): Promise<Answer>
  /** Starts another server; who calls stops its pipeline. */
  beside(server: LeaseOptions): Beside
  settled(): Promise<void>
  /** As after a crash: what is in memory is gone, what is stored stays. */
  restart(): Promise<void>
  /** all but silences and frozen sensors: made-up readings of the past are both */
  alarms(): Promise<AlarmRow[]>
  deadLetters(): Promise<{ topic: string; payload: string; reason: string }[]>
  close(): Promise<void>
}

export type RigOptions = {
  devices?: number
  limits?: Limits
  lentFrom?: number
  gauge?: boolean
  server?: LeaseOptions
  gapPatienceMs?: number
  /** whether readings could reach us, as the pipeline is told: always unless given otherwise */
  intakeUp?: () => boolean
  /** how often the broker has been reached anew */
  connections?: () => number
  through?: (url: string) => Promise<{ url: string; close(): Promise<void> }>
}

/** A pipeline over a database of its own, with devices d1…dn, each lent to a shipment of its own. */
export const startRig = async ({
  devices = 1,
  limits = { temperature: { high: 30 } },
  lentFrom = Date.now() - 20 * 86_400_000,
  gauge = false,
  server = {},
  gapPatienceMs = 600_000,
  intakeUp = () => true,
  connections = () => 0,
  through,
}: RigOptions = {}): Promise<Rig> => {
  const database = await freshDatabase()
  const owner = new pg.Client(database.url)
  await owner.connect()
  const orgId =
    (await owner.query<{ id: string }>(`insert into organisations (name, kind) values ('Buyer', 'buyer') returning id`))
      .rows[0]?.id ?? ''
  await owner.query(
    `insert into devices (code, org_id, interval_seconds, report_seconds, pressure_reference, secret_hash)
     select 'd' || i, $1::uuid, 1, 1, $3::text, '' from generate_series(1, $2::integer) i`,
    [orgId, devices, gauge ? 'gauge' : 'absolute'],
  )
  const shipments = await owner.query<{ id: string }>(
    `insert into shipments (org_id, reference, substance_id, origin, destination, depart_at, eta, phase)
     select $1::uuid, 'S-' || i, (select id from substances order by name limit 1), '{}', '{}', now(), now(), 'in-transit' from generate_series(1, $2::integer) i
     returning id`,
    [orgId, devices],
  )
  await owner.query(
    `insert into shipment_limits (org_id, shipment_id, valid_from, limits) select org_id, id, 'epoch', $1::jsonb from shipments`,
    [JSON.stringify(limits)],
  )
  await owner.query(
    `insert into assignments (org_id, shipment_id, device_id, during)
     select s.org_id, s.id, d.id, tstzrange($1::timestamptz, null) from shipments s join devices d on 'S-' || substr(d.code, 2) = s.reference`,
    [new Date(lentFrom)],
  )
  const proxy = through === undefined ? null : await through(database.url)
  const lines: string[] = []
  const say = (_facts: Record<string, unknown>, sentence: string) => void lines.push(sentence)
  const log: Logger = {
    debug: () => undefined,
    info: say,
    warn: say,
    error: (facts, sentence) => void lines.push(`ERROR ${sentence} ${JSON.stringify(facts)}`),
  }
  const pool = openPool(proxy?.url ?? database.url, { role: 'zaitu_ingest', max: 4, log })
  const told: Rig['told'] = []
  const open = (as: LeaseOptions, heard: Rig['told'], live: LiveReading[]): Pipeline =>
    createPipeline({
      pool,
      log,
      publish: async (topic, payload, { retain }) => void heard.push({ topic, payload, retain }),
      live: { readings: (items) => void live.push(...items.map(({ item }) => item)), alarmsChanged: () => undefined },
      intakeUp,
      connections,
      server: as,
      gapPatienceMs,
    })
  let pipeline = open(server, told, [])
  const sendTo = (to: Pipeline, device: number, body: unknown): Promise<Answer> =>
    new Promise((resolve) =>
      to.deliver({
        topic: deviceTopic(`d${device}`, 'telemetry'),
        payload: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
        receivedAt: Date.now(),
        acknowledge: (outcome) => resolve({ acknowledged: outcome ?? { stored: 0, deadLetters: 0 } }),
        refuse: (refused) => resolve({ refused }),
      }),
    )

  return {
    url: database.url,
    owner,
    pool,
    orgId,
    shipments: shipments.rows.map(({ id }) => id),
    log: lines,
    told,
    send: (device, body) => sendTo(pipeline, device, body),
    beside: (as) => {
      const [heard, live]: [Rig['told'], LiveReading[]] = [[], []]
      const other = open(as, heard, live)
      return { pipeline: other, told: heard, live, send: (device, body) => sendTo(other, device, body) }
    },
    settled: () => pipeline.settled(),
    restart: async () => {
      await pipeline.stop()
      pipeline = open(server, told, [])
    },
    alarms: async () => {
      const { rows } = await owner.query<
        Omit<AlarmRow, 'onset' | 'clearedAt'> & { onset: Date; cleared_at: Date | null }
      >(
        `select rule, onset, cleared_at, value, limit_value as "limit", peak, retrospective from alarms where not void and rule not in ('silence', 'sensor-frozen') order by onset, rule`,
      )
      return rows.map(({ cleared_at, onset, ...row }) => ({
        ...row,
        onset: onset.getTime(),
        clearedAt: cleared_at?.getTime() ?? null,
      }))
    },
    deadLetters: async () =>
      (
        await owner.query(
          `select topic, convert_from(payload, 'UTF8') as payload, reason from dead_letters order by id`,
        )
      ).rows,
    close: async () => {
      await pipeline.stop()
      await pool.end()
      await proxy?.close()
      await owner.end()
      await database.drop()
    },
  }
}
