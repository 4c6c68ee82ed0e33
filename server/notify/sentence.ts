import type { Alarm } from '../model/alarm.ts'
import { type LimitName, limitNameOf } from '../model/limit-name.ts'
import type { MessageLanguage } from '../model/notification.ts'
import { PHRASE, RULE, STAGE } from './words.ts'

const rounded = (value: number, digits = 2): string => String(Number(value.toFixed(digits)))

/** "2 h 40 min" */
export const duration = (minutes: number, language: MessageLanguage): string => {
  const whole = Math.max(0, Math.round(minutes))
  const [h, min] = language === 'zh' ? [' 小时', ' 分钟'] : [' h', ' min']
  if (whole < 120) return `${whole}${min}`
  return whole % 60 === 0 ? `${whole / 60}${h}` : `${Math.floor(whole / 60)}${h} ${whole % 60}${min}`
}

const LIMIT_RULE = /^(temperature|pressure|level)-(high|low)(?:-high|-low)?$/
const shown = (measure: string, value: number): string => {
  if (measure === 'level') return `${rounded(value * 100, 1)} %`
  return `${rounded(value)} ${measure === 'temperature' ? '°C' : 'bar abs'}`
}
const MEASURE: Record<string, string> = { temperature: '温度', pressure: '压力', level: '液位' }

const day = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10)

const overdue = ({ stage, figures, clearedAt }: Alarm): string => {
  if (figures === null) return RULE['stage-overdue'].zh
  const { promisedAtEpochMs: promised, plannedAtEpochMs: planned, usuallyDoneAtEpochMs: usual } = figures
  const due =
    promised !== undefined
      ? `承诺 ${day(promised)} 完成`
      : planned !== undefined
        ? `计划 ${day(planned)} 完成`
        : usual !== undefined
          ? `通常 ${day(usual)} 前完成`
          : ''
  return `${STAGE[stage ?? ''] ?? stage ?? ''}${clearedAt === null ? '已逾期' : '曾逾期'}：${due}${clearedAt === null ? '，尚无完成报告' : ''}`
}

const late = ({ figures }: Alarm): string => {
  if (figures === null) return RULE['forecast-late'].zh
  const { expectedAtEpochMs: expected = 0, daysLate = 0, probability = 0, slippedDays } = figures
  const against = daysLate > 0 ? `晚于需求日期 ${rounded(daysLate, 1)} 天` : `早于需求日期 ${rounded(-daysLate, 1)} 天`
  const arrival = `预计 ${day(expected)} 到达，${against}，误期概率 ${rounded(probability * 100, 0)} %`
  return slippedDays === undefined ? arrival : `一周内预计到达推迟 ${rounded(slippedDays, 1)} 天：${arrival}`
}

const NAMES: Record<LimitName, string> = {
  high: '温度高限',
  control: '控制温度',
  'high-high': '温度高高限',
  emergency: '应急温度',
  relief: '安全阀开启压力',
}
const reaches = (figures: Alarm['figures'], celsius: number): string => {
  const name = limitNameOf(figures)
  return `${name === null ? '' : `${NAMES[name]} `}${rounded(celsius, 1)} °C`
}

/** What comes after the limit, and when help can be there: in 3 h the emergency temperature; arrival in 5 h. */
const beyond = ({ limit, figures }: Alarm): string => {
  const { emergencyCelsius, hoursToEmergency } = figures ?? {}
  if (emergencyCelsius === undefined || hoursToEmergency === undefined || emergencyCelsius === limit) return ''
  return `；约 ${duration(hoursToEmergency * 60, 'zh')}后达到${NAMES.emergency} ${rounded(emergencyCelsius, 1)} °C`
}
const help = ({ figures }: Alarm): string => {
  const { hoursToArrival: arrival, hoursToStop: stop } = figures ?? {}
  const parts = [
    ...(stop !== undefined && stop < (arrival ?? Number.POSITIVE_INFINITY)
      ? [`约 ${duration(stop * 60, 'zh')}后可到已知停靠地点`]
      : []),
    ...(arrival === undefined ? [] : [`约 ${duration(arrival * 60, 'zh')}后到达`]),
  ]
  return parts.map((part) => `；${part}`).join('')
}

const residual = (alarm: Alarm): string => {
  const { value, figures } = alarm
  const { reliefBar, hoursToRelief } = figures ?? {}
  const relief =
    reliefBar === undefined || hoursToRelief === undefined
      ? ''
      : `；约 ${duration(hoursToRelief * 60, 'zh')}后达到${NAMES.relief} ${rounded(reliefBar)} bar（绝压）${help(alarm)}`
  return `压力变化无法由温度解释（${rounded(value)} bar）${relief}`
}

const selfHeating = (alarm: Alarm): string => {
  const { value, figures } = alarm
  const until = figures?.limitCelsius === undefined ? '' : `；将达到${reaches(figures, figures.limitCelsius)}`
  return `物料自行升温：每小时 ${rounded(value)} K，且不断加快${until}${until === '' ? '' : help(alarm)}`
}

const chinese = (alarm: Alarm): string => {
  const { rule, value, peak, limit, explanation } = alarm
  switch (rule) {
    case 'stage-overdue':
      return overdue(alarm)
    case 'forecast-late':
      return late(alarm)
    case 'rate-of-rise':
      return `温度每小时上升 ${rounded(value, 1)} K，限值 ${rounded(limit, 1)} K`
    case 'time-to-limit':
      return `即将达到 ${reaches(alarm.figures, limit)}${beyond(alarm)}${help(alarm)}`
    case 'pressure-residual':
      return residual(alarm)
    case 'self-heating':
      return selfHeating(alarm)
    case 'liquid-full':
      return `充装率 ${rounded(value * 100, 1)} %，最高允许 ${rounded(limit * 100, 1)} %`
    case 'silence':
      if (alarm.figures?.lentAtEpochMs !== undefined) return `自借出以来从未收到数据，已超过 ${duration(limit, 'zh')}`
      return `超过 ${duration(Math.max(limit, peak), 'zh')}没有收到数据`
    case 'sensor-frozen':
      return `传感器读数 ${duration(peak, 'zh')}未变`
    case 'shock':
      return `冲击 ${rounded(peak, 1)} g，限值 ${rounded(limit, 1)} g`
    case 'tilt':
      return `倾斜 ${rounded(peak, 0)}°，限值 ${rounded(limit, 0)}°`
    case 'battery-low':
      return `设备电量 ${rounded(value, 0)} %，低于 ${rounded(limit, 0)} %`
    case 'corridor-left':
      return `偏离计划路线 ${rounded(peak / 1000, 1)} km`
    case 'unplanned-stop':
      return `在计划外地点停留 ${duration(peak, 'zh')}`
    case 'sensor-impossible':
    case 'clock-skew':
    case 'departure':
    case 'arrival':
      return RULE[rule].zh
    default:
      return explanation
  }
}

/** What an alarm says in one sentence: value against limit. The server's own English one where it is no plain limit. */
export const sentence = (alarm: Alarm, language: MessageLanguage): string => {
  const [, measure, side] = LIMIT_RULE.exec(alarm.rule) ?? []
  if (measure === undefined) return language === 'zh' ? chinese(alarm) : alarm.explanation
  const [value, peak, limit] = [alarm.value, alarm.peak, alarm.limit].map((one) => shown(measure, one))
  const furthest =
    peak === value ? '' : language === 'zh' ? `（${PHRASE.peak.zh} ${peak}）` : ` (${PHRASE.peak.en} ${peak})`
  const over = alarm.clearedAt !== null
  if (language === 'zh')
    return `${MEASURE[measure]} ${value}${furthest}，${over ? '曾' : ''}${side === 'high' ? '高于' : '低于'}限值 ${limit}`
  const name = `${measure.charAt(0).toUpperCase()}${measure.slice(1)}`
  return `${name} ${value}${furthest} ${over ? 'was' : 'is'} ${side === 'high' ? 'above' : 'below'} its limit of ${limit}`
}

/** "2 h 40 min (1 h 50 min – 4 h 10 min)" until the limit, as the alarm's figures have it; null where they do not say. */
export const timeLeft = ({ figures, clearedAt }: Alarm, language: MessageLanguage): string | null => {
  const { hoursLikely: likely, hoursLeast: least, hoursMost: most } = figures ?? {}
  if (likely === undefined || clearedAt !== null) return null
  const range =
    least === undefined || most === undefined
      ? ''
      : ` (${duration(least * 60, language)} – ${duration(most * 60, language)})`
  return `${duration(likely * 60, language)}${range}`
}
