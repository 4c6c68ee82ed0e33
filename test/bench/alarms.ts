import { measureDay, secondlyDay } from './alarms/day.ts'
import { type Judged, WANTED } from './alarms/judge.ts'
import { measureLateDay } from './alarms/late-day.ts'
import { RECORDINGS, recordingTable } from './alarms/recordings.ts'
import { runStudy, type Studied } from './alarms/study.ts'
import type { Notes } from './figures.ts'
import { median } from './rig.ts'

/** Slope over 15 min at the least, the lag of a thermometer, and a second look: what any detector needs, h. */
const DETECTION_HOURS = 25 / 60
const GOALS = { named: 0.95, falsePerDay: 0.05, medianMinutes: 60, leadHours: 2 }

/** The seeded study of the alarms, and what the rules cost: 100 trips a scenario, and 1,000 days of normal trips. */
export const noteAlarms = async (
  { note, least, most }: Pick<Notes, 'note' | 'least' | 'most'>,
  quick: boolean,
  seed: string,
): Promise<void> => {
  const plan = quick
    ? { seed, trips: 20, days: 2, normalTrips: 25, normalDays: 4 }
    : { seed, trips: 100, days: 2, normalTrips: 250, normalDays: 4 }
  const { studied, microsecondsAReading } = await runStudy(plan)
  for (const { scenario, judged } of studied) {
    const days = judged.reduce((sum, trip) => sum + trip.days, 0)
    if (WANTED[scenario] === undefined) {
      const isProper = scenario === 'normal'
      note(
        `alarms, ${scenario}, ${days} trip-days: critical`,
        total(judged, 'critical'),
        '',
        isProper ? most(0) : undefined,
      )
      note(
        '… needing action, a trip-day',
        total(judged, 'needless') / days,
        '',
        isProper ? most(GOALS.falsePerDay) : undefined,
      )
      tell(judged.flatMap(({ needless }) => needless))
      continue
    }
    noteScenario({ scenario, judged }, { note, least, most })
  }
  await tellRecordings()
  note('alarms: all rules, a reading a minute, each reading', microsecondsAReading, 'µs')
  const day = measureDay(quick ? 2 : 5)
  note('… a day of one-second readings of one stream, folded in memory with all rules', day.all, 'ms', most(1_000))
  note("… with the tank's detectors alone", day.tank, 'ms')
  note('… with no rule', day.none, 'ms')
  const late = await measureLateDay(secondlyDay().readings, quick ? 2 : 5)
  note('a late day of one-second readings, embedded database: from asked for to committed', late, 'ms', most(1_000))
}

/** What comes on real recordings of which nothing is known, in a table: a row a file, each alarm with its minute. */
const tellRecordings = async (): Promise<void> => {
  if (RECORDINGS === null) return console.log('!!! NOT RUN: the recordings beside the project are not there')
  const cells = ['recording', 'readings', 'minutes', 'alarms']
  const line = ([file = '', readings = '', minutes = '', alarms = '']: readonly string[]) =>
    console.log(`${file.padEnd(18)} ${readings.padStart(8)} ${minutes.padStart(8)}   ${alarms}`)
  line(cells)
  for (const row of await recordingTable(RECORDINGS))
    line([row.file, String(row.readings), String(row.minutes), row.alarms])
}

const total = (judged: readonly Judged[], key: 'critical' | 'needless'): number =>
  judged.reduce((sum, trip) => sum + trip[key].length, 0)

const noteScenario = (
  { scenario, judged }: Studied,
  { note, least, most }: Pick<Notes, 'note' | 'least' | 'most'>,
): void => {
  const share = (of: readonly Judged[], is: (trip: Judged) => boolean): number => of.filter(is).length / of.length
  const known = !scenario.endsWith('unknown-cargo') && scenario !== 'heating'
  const reach = <T>(goal: T): T | undefined => (known ? goal : undefined)
  const delays = judged.flatMap(({ delay }) => delay ?? [])
  note(
    `alarms, ${scenario}, ${judged.length} trips: named right`,
    share(judged, ({ named }) => named),
    '',
    reach(least(GOALS.named)),
  )
  note('… median delay', median(delays), 'min', scenario === 'leak' ? most(GOALS.medianMinutes) : undefined)
  note('… 95 % within', quantile(delays, 0.95), 'min')
  if (scenario === 'self-heating') {
    const leaves = (hours: number) =>
      judged.filter(({ physicsHours }) => physicsHours !== null && physicsHours >= hours)
    const inTime = ({ leadHours }: Judged): boolean => leadHours !== null && leadHours >= GOALS.leadHours
    const possible = leaves(GOALS.leadHours + DETECTION_HOURS)
    const strict = leaves(GOALS.leadHours)
    note(
      `… of ${possible.length} that leave 2 h 25 min: warned 2 h before`,
      share(possible, inTime),
      '',
      least(GOALS.named),
    )
    note(`… of ${strict.length} that leave 2 h at all: warned 2 h before`, share(strict, inTime), '')
    note(
      '… median time from the warning to the emergency temperature',
      median(judged.flatMap(({ leadHours }) => leadHours ?? [])),
      'h',
    )
  }
  const days = judged.reduce((sum, trip) => sum + trip.days, 0)
  note('… needing action before anything was wrong, in all', total(judged, 'needless'), `(${days} trip-days)`)
  tell(judged.filter(({ named }) => !named).map(({ name }) => `not named: ${name}`))
  tell(judged.flatMap(({ beside }) => [...new Set(beside)].map((label) => `beside: ${label}`)))
}

/** Counts of what is the same, so that whoever reads the figures sees what is behind them. */
const tell = (labels: readonly string[]): void => {
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  for (const [label, count] of [...counts].sort((a, b) => b[1] - a[1])) console.log(`    ${count} × ${label}`)
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? Number.NaN
