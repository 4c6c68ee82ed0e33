import type { z } from 'zod'
import type { Priority, RuleId } from '../model/alarm.ts'
import type { AlarmQuality, Cure } from '../model/alarm-quality.ts'
import type { Tx } from './pool.ts'

/** What is looked at: alarms that asked for somebody. */
const ASKED = `
  asked as (
    select a.*, s.reference from alarms a join alarm_details d on d.id = a.id left join shipments s on s.id = a.shipment_id
    where a.raised_at >= $1::timestamptz and a.raised_at < $2::timestamptz
      and not a.void and not a.recovered and not d.quiet and (not a.retrospective or a.priority = 'critical'))`

/** What cures each rule; 'by-course': a limit's, by how its alarms go. No limit cures what is no limit's. */
const CURES: Record<RuleId, z.infer<typeof Cure> | 'by-course'> = {
  'temperature-high': 'by-course',
  'temperature-high-high': 'by-course',
  'temperature-low': 'by-course',
  'temperature-low-low': 'by-course',
  'pressure-high': 'by-course',
  'pressure-high-high': 'by-course',
  'pressure-low': 'by-course',
  'pressure-low-low': 'by-course',
  'level-high': 'by-course',
  'level-high-high': 'by-course',
  'level-low': 'by-course',
  'level-low-low': 'by-course',
  'rate-of-rise': 'rateOfRise',
  'time-to-limit': 'hoursToLimit',
  'pressure-residual': 'tank',
  'self-heating': 'substance',
  'liquid-full': 'filling',
  silence: 'silenceIntervals',
  shock: 'shock',
  tilt: 'offDelayMs',
  'battery-low': 'battery',
  'corridor-left': 'corridor',
  'unplanned-stop': 'stopMinutes',
  arrival: 'dwellMinutes',
  departure: 'dwellMinutes',
  'stage-overdue': 'overdueGraceDays',
  'forecast-late': 'lateProbability',
  'sensor-frozen': 'sensor',
  'sensor-impossible': 'sensor',
  'clock-skew': 'sensor',
}

/**
 * What chatters wants a wider deadband or a longer off-delay; what comes often and goes soon an on-delay; what stays, another
 * limit. A detector that chatters is to be out of service on that shipment while its record or its sensor is looked at.
 */
export const cureOf = (rule: RuleId, chatters: boolean, medianMinutes: number | null): z.infer<typeof Cure> => {
  const own = CURES[rule]
  if (chatters && (own === 'tank' || own === 'substance' || own === 'filling')) return 'outOfService'
  if (own !== 'by-course') return own
  if (chatters) return rule.endsWith('-high-high') ? 'offDelayMs' : 'deadband'
  if (medianMinutes !== null && medianMinutes < 5) return rule.endsWith('-high-high') ? 'offDelayMs' : 'onDelayMs'
  return 'limit'
}

type StaleRow = {
  id: string
  shipment_id: string
  reference: string
  rule: RuleId
  priority: Priority
  onset: Date
  acknowledged: boolean
}

/** How well the alarm system did between two moments (epoch ms), over what the organisation of `tx` sees. */
export const alarmQuality = async (tx: Tx, from: number, to: number): Promise<AlarmQuality> => {
  const range = [new Date(from), new Date(to)]
  const { rows: counts } = await tx.query<{ priority: string; count: number }>(
    `with ${ASKED} select priority, count(*)::integer as count from asked group by 1`,
    range,
  )
  const { rows: people } = await tx.query<{ people: number }>(
    `select count(*)::integer as people from people where org_id = app_org() and role in ('member', 'admin') and disabled_at is null`,
  )
  const { rows: days } = await tx.query<{ days: number }>(
    `select coalesce(sum(extract(epoch from least(coalesce(upper(a.during), $2::timestamptz), $2::timestamptz) - greatest(lower(a.during), $1::timestamptz)) / 86400), 0)::float8 as days
     from assignments a where a.during && tstzrange($1::timestamptz, $2::timestamptz)`,
    range,
  )
  const { rows: floods } = await tx.query<{ from: Date; to: Date; alarms: number }>(
    `with ${ASKED}, ten as (
       select date_bin(interval '10 minutes', raised_at, 'epoch') as bin,
         -- order lines that are one matter are one alarm to whoever is told
         count(distinct coalesce(rule || group_key, id::text))::integer as alarms from asked group by 1)
     select bin as "from", bin + interval '10 minutes' as "to", alarms from ten where alarms >= 10 order by bin desc limit 50`,
    range,
  )
  const { rows: chattering } = await tx.query<{ shipment_id: string; reference: string; rule: RuleId; most: number }>(
    `with ${ASKED}, near as (
       select shipment_id, reference, rule, count(*) over (partition by shipment_id, device_id, rule order by onset range between interval '10 minutes' preceding and current row)::integer as within from asked where shipment_id is not null)
     select shipment_id, reference, rule, max(within) as most from near group by 1, 2, 3 having max(within) >= 3 order by 4 desc limit 50`,
    range,
  )
  const { rows: stale } = await tx.query<StaleRow>(
    `select d.id, d.shipment_id, s.reference, d.rule, d.priority, d.onset, d.acknowledged
     from alarm_details d join shipments s on s.id = d.shipment_id
     where d.open and d.cleared_at is null and d.onset < now() - interval '24 hours' order by d.onset limit 100`,
  )
  const { rows: shelved } = await tx.query<{
    id: string
    reference: string
    rule: RuleId
    hours: number
    reason: string | null
  }>(
    `select x.alarm_id as id, coalesce(s.reference, o.number || ' / ' || a.line) as reference, a.rule, round((extract(epoch from coalesce(n.at, x.until) - x.at) / 3600)::numeric, 1)::float8 as hours,
       case when x.org_id = app_org() then x.note end as reason
     from alarm_actions x join alarms a on a.id = x.alarm_id left join shipments s on s.id = a.shipment_id left join orders o on o.id = a.order_id
     left join lateral (select y.at from alarm_actions y where y.alarm_id = x.alarm_id and y.id > x.id and y.action in ('shelved', 'unshelved') order by y.id limit 1) n on true
     where x.action = 'shelved' and x.at >= $1::timestamptz and x.at < $2::timestamptz order by 4 desc limit 10`,
    range,
  )
  const { rows: rules } = await tx.query<{
    rule: RuleId
    alarms: number
    acknowledged: number | null
    held: number | null
    most_on: string | null
    most_reference: string | null
  }>(
    `with ${ASKED}
     select rule, count(*)::integer as alarms,
       percentile_cont(0.5) within group (order by extract(epoch from k.at - raised_at) / 60) as acknowledged,
       percentile_cont(0.5) within group (order by extract(epoch from cleared_at - onset) / 60) as held,
       mode() within group (order by shipment_id) as most_on,
       (select x.reference from shipments x where x.id = mode() within group (order by asked.shipment_id)) as most_reference
     from asked left join lateral (select min(x.at) as at from alarm_actions x where x.alarm_id = asked.id and x.action = 'acknowledged') k on true
     group by 1 order by 2 desc limit 10`,
    range,
  )
  const { rows: acknowledged } = await tx.query<{ median: number | null; p90: number | null; open: number }>(
    `with ${ASKED}
     select percentile_cont(0.5) within group (order by extract(epoch from k.at - raised_at) / 60) as median,
       percentile_cont(0.9) within group (order by extract(epoch from k.at - raised_at) / 60) as p90,
       (count(*) filter (where k.at is null))::integer as open
     from asked left join lateral (select min(x.at) as at from alarm_actions x where x.alarm_id = asked.id and x.action = 'acknowledged') k on true`,
    range,
  )
  const alarms = counts.reduce((sum, row) => sum + row.count, 0)
  const staff = people[0]?.people ?? 0
  const shipmentDays = days[0]?.days ?? 0
  const chatters = new Set(chattering.map(({ rule }) => rule))
  const of = (priority: string) => counts.find((row) => row.priority === priority)?.count ?? 0
  return {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    people: staff,
    alarms,
    perPersonAndTenMinutes: alarms / Math.max(1, staff) / Math.max(1, (to - from) / 600_000),
    perShipmentDay: shipmentDays === 0 ? 0 : alarms / shipmentDays,
    shipmentDays,
    byPriority: { critical: of('critical'), high: of('high'), medium: of('medium'), low: of('low') },
    floods: floods.map((row) => ({ ...row, from: row.from.toISOString(), to: row.to.toISOString() })),
    chattering: chattering.map(({ shipment_id, reference, rule, most }) => ({
      shipmentId: shipment_id,
      shipmentReference: reference,
      rule,
      most,
      cure: cureOf(rule, true, null),
    })),
    stale: stale.map(({ id, shipment_id, reference, onset, ...row }) => ({
      ...row,
      alarmId: id,
      shipmentId: shipment_id,
      shipmentReference: reference,
      onset: onset.toISOString(),
    })),
    longestShelved: shelved.map(({ id, reference, ...row }) => ({ alarmId: id, shipmentReference: reference, ...row })),
    worstRules: rules.map((row) => ({
      rule: row.rule,
      alarms: row.alarms,
      share: row.alarms / Math.max(1, alarms),
      acknowledgedWithinMinutes: row.acknowledged,
      medianMinutes: row.held,
      cure: cureOf(row.rule, chatters.has(row.rule), row.held),
      shipmentId: row.most_on,
      shipmentReference: row.most_reference,
    })),
    acknowledgement: {
      medianMinutes: acknowledged[0]?.median ?? null,
      p90Minutes: acknowledged[0]?.p90 ?? null,
      open: acknowledged[0]?.open ?? 0,
    },
  }
}
