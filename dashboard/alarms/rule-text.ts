import type { Alarm } from '../../server/model/alarm.ts'
import type { Limits } from '../../server/model/limits.ts'
import { units } from '../state/preferences.ts'
import { t } from '../text/language.ts'
import { stageWords } from '../text/stage-words.ts'
import { day, dayTime, duration } from '../text/times.ts'
import { number, unitSign, withUnit } from '../text/values.ts'
import { differenceToShown, digitsOf, type Measure } from '../units.ts'
import { isOfEmergency, limitName } from './limit-name.ts'

/** A difference of a measure in the viewer's unit, with its sign. */
export const difference = (measure: Measure, value: number): string =>
  `${number(differenceToShown(measure, value, units.value), digitsOf(measure, units.value) + 1)}\u00a0${unitOf(measure)}`
/** A change of a measure in an hour: 3.2 °C/h. Words say in which direction. */
const anHour = (measure: Measure, value: number): string => `${difference(measure, Math.abs(value))}/h`
/** Of a difference it does not matter against what is measured. */
const unitOf = (measure: Measure): string => (measure === 'pressure' ? units.value.pressure : unitSign(measure))
/** Rules say no more of what is further away than this, h. */
const FAR_HOURS = 99
/** To the nearest minute, which says more than any rule knows. */
export const hours = (value: number): string =>
  value >= FAR_HOURS ? t('time.over', { duration: duration(96 * 3600) }) : duration(Math.round(value * 60) * 60)
const minutes = (value: number): string => duration(Math.abs(value) * 60)

/** In how long which limit is reached, as a range; null where the rule does not say. */
const reachText = (alarm: Alarm, limits: Limits | null): string | null => {
  const {
    hoursLikely: likely,
    hoursLeast: least,
    hoursMost: most,
    hoursToEmergency,
    limitCelsius,
  } = alarm.figures ?? {}
  if (likely === undefined || least === undefined || most === undefined) return null
  const limit = limitName(alarm, limitCelsius ?? alarm.limit, limits)
  const reach = t('says.time-to-limit', { limit, likely: hours(likely), least: hours(least), most: hours(most) })
  if (hoursToEmergency === undefined || isOfEmergency(alarm)) return reach
  return `${reach}${t('says.then-emergency', { duration: hours(hoursToEmergency) })}`
}

const residual = (alarm: Alarm): string => {
  const { cause, figures } = alarm
  // the alarm's value is of the cause that it began with
  const value = figures?.barPerHour ?? alarm.value
  const step = {
    from: withUnit('pressure', figures?.fromBar ?? alarm.limit),
    to: withUnit('pressure', figures?.toBar ?? value),
  }
  if (cause === 'leak' || cause === 'gas-evolution')
    return t(`says.pressure-residual.${cause}`, { value: anHour('pressure', value) })
  if (cause === 'relief-lifted' || cause === 'sensor-fault') return t(`says.pressure-residual.${cause}`, step)
  return t('says.pressure-residual', { value: anHour('pressure', value) })
}

const silence = (alarm: Alarm, at: number): string => {
  const { missingFrom: from, missingTo: to, lentAtEpochMs: lentAt } = alarm.figures ?? {}
  if (from !== undefined && to !== undefined)
    return t(from === to ? 'says.silence.reading' : 'says.silence.readings', {
      from: String(from),
      to: String(to),
      duration: minutes(alarm.limit),
    })
  if (alarm.recovered) return t('says.silence.recovered')
  const end = alarm.clearedAt === null ? at : Date.parse(alarm.clearedAt)
  if (lentAt !== undefined)
    return alarm.clearedAt === null
      ? t('says.silence.never', { time: dayTime(lentAt) })
      : t('says.silence.neverWas', { time: dayTime(lentAt), duration: duration((end - lentAt) / 1000) })
  const quiet = (end - Date.parse(alarm.onset)) / 1000 + alarm.limit * 60
  return t(alarm.clearedAt === null ? 'says.silence' : 'says.silence.was', { duration: duration(quiet) })
}

const isStageKey = (key: string): key is keyof typeof stageWords => key in stageWords
/** A stage as everybody calls it; one of somebody's own by its id, in words. */
const stageText = (stage: string): string => {
  const key = `stage.${stage}`
  return isStageKey(key) ? t(key) : `${stage[0]?.toUpperCase() ?? ''}${stage.slice(1).replaceAll('-', ' ')}`
}

const overdueText = ({ stage, figures, clearedAt, peak }: Alarm): string | null => {
  const { promisedAtEpochMs: promised, plannedAtEpochMs: planned, usuallyDoneAtEpochMs: usual } = figures ?? {}
  const due = promised ?? planned ?? usual
  if (stage === null || due === undefined) return null
  if (clearedAt !== null) return t('says.stage-overdue.was', { stage: stageText(stage), days: number(peak, 1) })
  const basis = promised !== undefined ? 'promised' : planned !== undefined ? 'planned' : 'usual'
  return t(`says.stage-overdue.${basis}`, { stage: stageText(stage), date: day(due) })
}

const lateText = ({ figures }: Alarm): string | null => {
  const { expectedAtEpochMs: expected, daysLate = 0, probability = 0, slippedDays } = figures ?? {}
  if (expected === undefined) return null
  const arrival = t(daysLate > 0 ? 'says.forecast-late' : 'says.forecast-late.before', {
    date: day(expected),
    days: number(Math.abs(daysLate), 1),
    probability: number(probability * 100),
  })
  if (slippedDays === undefined) return arrival
  return `${t('says.forecast-late.slipped', { slipped: number(slippedDays, 1) })}. ${arrival}`
}

/** What a rule that is no plain limit says, in the reader's language and units; null where this page does not know it. */
export const ruleText = (alarm: Alarm, at: number, limits: Limits | null): string | null => {
  const { value, limit, peak } = alarm
  switch (alarm.rule) {
    case 'rate-of-rise':
      return t(alarm.cause === 'heating' ? 'says.rate-of-rise.heating' : 'says.rate-of-rise', {
        value: anHour('temperature', value),
        limit: anHour('temperature', limit),
      })
    case 'time-to-limit':
      return reachText(alarm, limits) ?? t('says.time-to-limit.soon', { limit: limitName(alarm, limit, limits) })
    case 'pressure-residual':
      return residual(alarm)
    case 'self-heating':
      return [t('says.self-heating', { value: anHour('temperature', value) }), reachText(alarm, limits)]
        .filter((part) => part !== null)
        .join('. ')
    case 'liquid-full':
      return t('says.liquid-full', { value: withUnit('level', value), limit: withUnit('level', limit) })
    case 'silence':
      return silence(alarm, at)
    case 'sensor-frozen':
      return t('says.sensor-frozen', { duration: minutes(peak) })
    case 'clock-skew':
      return t('says.clock-skew', { duration: minutes(value) })
    case 'shock':
      return t('says.shock', { value: number(peak, 1), limit: number(limit, 1) })
    case 'tilt':
      return t('says.tilt', { value: number(peak), limit: number(limit) })
    case 'battery-low':
      return t('says.battery-low', { value: number(value), limit: number(limit) })
    case 'corridor-left':
      return t('says.corridor-left', { value: number(peak / 1000, 1) })
    case 'unplanned-stop':
      return t('says.unplanned-stop', { duration: minutes(peak) })
    case 'stage-overdue':
      return overdueText(alarm)
    case 'forecast-late':
      return lateText(alarm)
    case 'sensor-impossible':
    case 'departure':
    case 'arrival':
      return t(`says.${alarm.rule}`)
    default:
      return null
  }
}
