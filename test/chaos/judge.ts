import { setTimeout as pause } from 'node:timers/promises'
import { plainFacts } from '../../server/rules/facts.ts'
import { fold } from '../../server/rules/fold.ts'
import { wholes } from '../../server/rules/reconcile.ts'
import { INITIAL } from '../../server/rules/state.ts'
import { sampled } from '../setup/sampled.ts'
import { nameOf } from './fleet.ts'
import { LIMIT } from './setting.ts'
import type { World } from './world.ts'

export type Verdict = {
  acknowledged: number
  stored: number
  letters: number
  doubled: number
  missing: number
  /** transactions that stored readings, and those of them that held an unreadable message as well */
  batches: number
  poisoned: number
  /** what the stored readings imply, what there is, and what there is too often or without reason */
  alarmsImplied: number
  alarms: number
  alarmsDoubled: number
  notifications: number
  /** beyond the first time, which is allowed */
  repeated: number
  milestones: number
  changes: number
  resumed: number
  recoveredMs: number
  /** sentences; none: it holds */
  violations: string[]
}

const SETTLED_MS = 120_000
/** Those that follow from when something was received, and not from what was measured. */
const OF_ARRIVAL = ['silence', 'clock-skew']

/** What still has to happen, as a sentence; null when all is quiet. */
const unsettled = async (world: World): Promise<string | null> => {
  const kept = world.fleet.devices.filter((device) => device.kept() > 0)
  if (kept.length > 0)
    return `${kept.length} devices keep readings that are not committed, ${kept[0]?.id} ${kept[0]?.kept()}`
  if (world.supplier.waiting()) return 'a milestone was not taken yet'
  const [row] = await world.query<{ refolds: number; outbox: number; waiting: number }>(
    `select (select count(*)::integer from refold_requests) as refolds,
       (select count(*)::integer from outbox where sent_at is null) as outbox,
       (select count(*)::integer from notifications where state = 'waiting') as waiting`,
  )
  if (row === undefined || row.refolds > 0) return `${row?.refolds} refolds wait`
  if (row.outbox > 0) return `${row.outbox} events of the outbox wait`
  if (row.waiting > 0) return `${row.waiting} notifications wait`
  const feed = await feedOf(world)
  const behind = world.watchers.filter(({ seen, since }) => seen.length < after(feed, since()).length)
  return behind.length > 0
    ? `${behind.length} clients have not seen all ${feed.length} alarm changes, the first ${behind[0]?.seen.length}`
    : null
}

const feedOf = async (world: World): Promise<string[]> =>
  (await world.query<{ cursor: string }>(`select xid || '-' || id as cursor from alarm_changes order by xid, id`)).map(
    ({ cursor }) => cursor,
  )
/** What was already so in a client's first snapshot does not come as a change. */
const after = (feed: readonly string[], since: string | undefined): string[] => {
  const [sinceXid = 0n, sinceId = 0n] = (since ?? '').split('-').map(BigInt)
  return feed.filter((cursor) => {
    const [xid = 0n, id = 0n] = cursor.split('-').map(BigInt)
    return xid > sinceXid || (xid === sinceXid && id > sinceId)
  })
}

/** What the embedded broker has acknowledged is stored before the device is asked for anything again. */
const atOnce = async (world: World): Promise<string[]> => {
  const acknowledged = world.fleet.devices.map(({ id, acknowledged: names }) => ({ id, names: new Set(names) }))
  let stored: { code: string; names: string[] }[] = []
  for (let tries = 0; ; tries++)
    try {
      stored = await world.query(
        `select d.code, array_agg(round(extract(epoch from r.time) * 1000) || '/' || r.seq) || array(
           select (p->>'time') || '/' || (p->>'seq') from dead_letters l, lateral (select convert_from(l.payload, 'UTF8')::jsonb as p) j
           where l.device_id = d.id and l.reason like '%ahead%') as names
         from devices d join readings r on r.device_id = d.id group by d.id, d.code`,
      )
      break
    } catch (error) {
      if (tries === 100) throw error
      await pause(50)
    }
  return acknowledged.flatMap(({ id, names }) => {
    const there = new Set(stored.find(({ code }) => code === id)?.names)
    const lost = [...names].filter((name) => !there.has(name))
    return lost.length > 0
      ? [`${id}: ${lost.length} readings acknowledged and not stored, the first is ${lost[0]}`]
      : []
  })
}

/** Waits until all is quiet, then holds what was measured, acknowledged and seen against what is stored. */
export const judge = async (world: World): Promise<Verdict> => {
  const violations = world.servers.filter(({ alive }) => !alive()).map(({ name }) => `${name} has ended by itself`)
  if (world.kind === 'embedded') violations.push(...(await atOnce(world)))
  const began = performance.now()
  let left: string | null = 'nothing was looked at'
  while (left !== null && performance.now() - began < SETTLED_MS) {
    left = await unsettled(world).catch((error: unknown) => String(error))
    if (left !== null) await pause(100)
  }
  const recoveredMs = performance.now() - began
  if (left !== null) violations.push(`not settled after ${SETTLED_MS / 1_000} s: ${left}`)
  let [acknowledged, stored, letters, doubled, missing] = [0, 0, 0, 0, 0]
  let [alarmsImplied, alarms, alarmsDoubled] = [0, 0, 0]
  for (const device of world.fleet.devices) {
    const rows = await world.query<{ seq: number; time: number; temperature: number }>(
      `select seq, round(extract(epoch from time) * 1000)::float8 as time, temperature::float8
       from readings r join devices d on d.id = r.device_id where d.code = $1 order by r.time, r.seq`,
      [device.id],
    )
    const refused = await world.query<{ name: string }>(
      `select distinct (l.payload::jsonb->>'time') || '/' || (l.payload::jsonb->>'seq') as name from (
         select convert_from(payload, 'UTF8') as payload from dead_letters l join devices d on d.id = l.device_id where d.code = $1 and reason like '%ahead%') l`,
      [device.id],
    )
    const names = new Set(rows.map(nameOf))
    const gone = new Set(refused.map(({ name }) => name))
    acknowledged += device.acknowledged.size
    stored += rows.length
    letters += gone.size
    doubled += rows.length - names.size
    if (names.size < rows.length) violations.push(`${device.id}: ${rows.length - names.size} readings stored twice`)
    const lost = [...device.measured.keys()].filter((name) => !names.has(name) && !gone.has(name))
    missing += lost.length
    if (lost.length > 0) violations.push(`${device.id}: ${lost.length} readings lost, the first is ${lost[0]}`)
    const other = rows.filter((row) => device.measured.get(nameOf(row))?.temperature !== row.temperature)
    if (other.length > 0) violations.push(`${device.id}: ${other.length} readings are not what was measured`)
    const { state, changes } = fold(
      INITIAL,
      rows.map((reading) => sampled(reading)),
      { versions: [{ from: 0, facts: plainFacts({ temperature: { high: LIMIT } }) }], from: 0, to: null },
    )
    const implied = wholes({}, changes, state.open)
      .filter(({ rule }) => !OF_ARRIVAL.includes(rule))
      .map(({ rule, excursion, clearedAt }) => `${rule} ${excursion.onset} ${clearedAt}`)
      .sort()
    const there = (
      await world.query<{ rule: string; onset: number; cleared: number | null }>(
        `select rule, round(extract(epoch from onset) * 1000)::float8 as onset, round(extract(epoch from cleared_at) * 1000)::float8 as cleared
         from alarms a join devices d on d.id = a.device_id where d.code = $1 and not void and rule <> all($2::text[])`,
        [device.id, OF_ARRIVAL],
      )
    )
      .map(({ rule, onset, cleared }) => `${rule} ${onset} ${cleared}`)
      .sort()
    alarmsImplied += implied.length
    alarms += there.length
    const missed = implied.filter((alarm) => !there.includes(alarm))
    const invented = there.filter((alarm, index) => !implied.includes(alarm) || there.indexOf(alarm) !== index)
    alarmsDoubled += invented.length
    if (missed.length > 0) violations.push(`${device.id}: ${missed.length} alarms missed, the first: ${missed[0]}`)
    if (invented.length > 0)
      violations.push(`${device.id}: ${invented.length} alarms doubled or invented, the first: ${invented[0]}`)
  }
  const twice = await world.query(
    `select alarm_id from alarm_changes where change = 'raised' group by 1 having count(*) > 1`,
  )
  if (twice.length > 0) violations.push(`${twice.length} alarms were raised twice`)
  const [storm] = await world.query<{ devices: number; readings: number }>(
    `select count(distinct d.id)::integer as devices, count(r.time)::integer as readings
     from devices d left join readings r on r.device_id = d.id where d.code like 'storm-%'`,
  )
  if (storm !== undefined && storm.readings !== storm.devices * 2)
    violations.push(
      `${storm.devices} devices that came at once sent ${storm.devices * 2} readings: ${storm.readings} stored`,
    )
  acknowledged += (storm?.devices ?? 0) * 2
  stored += storm?.readings ?? 0
  const [poison] = await world.query<{ letters: number }>(
    `select count(*)::integer as letters from dead_letters l join devices d on d.id = l.device_id where d.code = 'poisoner'`,
  )
  letters += poison?.letters ?? 0
  if ((poison?.letters ?? 0) <= world.fleet.poison.letters)
    violations.push('no unreadable message became a dead letter in this round')
  world.fleet.poison.letters = poison?.letters ?? 0
  // what is written in one transaction has one xmin
  const [batches] = await world.query<{ all: number; poisoned: number }>(
    `select count(*)::integer as all, count(*) filter (where exists (select from dead_letters l where l.xmin::text = b.xid))::integer as poisoned
     from (select distinct xmin::text as xid from readings) b`,
  )
  if (world.kind === 'embedded' && (poison?.letters ?? 0) < world.fleet.poison.acknowledged)
    violations.push(
      `${world.fleet.poison.acknowledged} unreadable messages acknowledged, ${poison?.letters} dead letters`,
    )

  const milestones = (await world.query<{ key: string }>('select key from milestones')).map(({ key }) => key)
  const unsaid = [...world.supplier.acknowledged].filter((key) => !milestones.includes(key))
  if (unsaid.length > 0) violations.push(`${unsaid.length} milestones taken and not stored, the first is ${unsaid[0]}`)
  if (new Set(milestones).size < milestones.length) violations.push('a milestone is stored twice')
  violations.push(...world.supplier.refusals)

  const told = await world.query<{ id: string; lead: string | null; state: string; problem: string | null }>(
    'select id, lead_id as lead, state, problem from notifications',
  )
  const unheard = told.filter(({ id, lead, state }) => state === 'sent' && !world.received.has(lead ?? id))
  if (unheard.length > 0) violations.push(`${unheard.length} notifications are called sent and never came`)
  const failed = told.filter(({ state }) => state === 'dead')
  if (failed.length > 0) violations.push(`${failed.length} notifications were given up: ${failed[0]?.problem}`)
  const untold = await world.query(
    `select from alarms a where not retrospective and not void and not recovered
       and not exists (select from notifications n where n.alarm_id = a.id and n.kind in ('alarm-raised', a.rule))`,
  )
  if (untold.length > 0) violations.push(`${untold.length} alarms were told to nobody`)

  const feed = await feedOf(world)
  for (const [index, { seen, since }] of world.watchers.entries()) {
    const due = after(feed, since())
    const wrong = due.findIndex((cursor, at) => seen[at] !== cursor)
    if (wrong >= 0 || seen.length !== due.length)
      violations.push(
        `client ${index} saw ${seen.length} of ${due.length} alarm changes, at ${wrong} ${seen[wrong]} and not ${due[wrong]}`,
      )
  }
  return {
    acknowledged,
    stored,
    letters,
    doubled,
    missing,
    batches: batches?.all ?? 0,
    poisoned: batches?.poisoned ?? 0,
    alarmsImplied,
    alarms,
    alarmsDoubled,
    notifications: told.length,
    repeated: [...world.received.values()].reduce((sum, times) => sum + times - 1, 0),
    milestones: milestones.length,
    changes: feed.length,
    resumed: world.watchers.reduce((sum, { resumed }) => sum + resumed(), 0),
    recoveredMs,
    violations,
  }
}
