import { now } from '../state/clock.ts'
import { type OwnStages, stageName, t } from '../text/orders.ts'
import { duration } from '../text/times.ts'
import { chanceText } from './forecast-text.ts'
import type { Level, Risk } from './risk.ts'

/** What is abnormal has a colour, a sign and a word; what is normal has none of the first two. */
const TONE: Partial<Record<Level, 'high' | 'medium' | 'low'>> = { late: 'high', danger: 'medium', overdue: 'low' }
export const toneOf = (level: Level): 'high' | 'medium' | 'low' | null => TONE[level] ?? null

/** From this chance of being late on, a line that nothing else is wrong with is not called on course. */
const WATCHED = 0.2

const Sign = ({ level }: { level: Level }) => (
  <svg
    class="icon"
    viewBox="0 0 20 20"
    aria-hidden="true"
    fill="none"
    stroke="currentColor"
    stroke-width="1.800"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    {level === 'late' && <path d="M10 3 18 17H2zM10 8.500v4M10 14.800h.01" />}
    {level === 'danger' && <path d="M10 2.500 17.500 10 10 17.500 2.500 10zM10 6.800v3.800M10 13.200h.01" />}
    {level === 'overdue' && (
      <path d="M10 5.800V10l2.800 1.800M17.300 10a7.300 7.300 0 1 1-14.600 0 7.300 7.300 0 0 1 14.600 0z" />
    )}
    {(level === 'received' || level === 'arrived') && <path d="M4 10.500 8.300 15 16 5.500" />}
  </svg>
)

const why = (risk: Risk, needBy: string, names: OwnStages): string | null => {
  const since = (then: number): string => duration((now.value - then) / 1000)
  if (risk.level === 'late') return t('risk.why.late', { duration: since(Date.parse(needBy)) })
  if (risk.level === 'arrived') return t('risk.why.arrived')
  if (risk.level === 'received' || risk.level === 'cancelled') return null
  if (risk.level === 'unknown')
    return risk.next === null ? null : t('risk.why.next', { stage: stageName(risk.next.stage, names) })
  if (risk.probabilityLate !== null) return chanceText(risk.probabilityLate)
  if (risk.level === 'danger') return t('risk.why.danger', { duration: duration(-(risk.slackMs ?? 0) / 1000) })
  if (risk.level === 'overdue' && risk.overdue !== null)
    return t('risk.why.overdue', { stage: stageName(risk.overdue.stage, names), duration: since(risk.overdue.since) })
  return risk.next === null ? t('risk.why.ready') : t('risk.why.next', { stage: stageName(risk.next.stage, names) })
}

/** How a line stands, and why. */
export const RiskSign = ({ risk, needBy, names }: { risk: Risk; needBy: string; names: OwnStages }) => {
  const tone = toneOf(risk.level)
  const reason = why(risk, needBy, names)
  const hasCome = risk.level === 'received' || risk.level === 'arrived'
  return (
    <span class="risk">
      <b class={tone === null ? 'risk-word' : `risk-word tone-${tone}`}>
        {(tone !== null || hasCome) && <Sign level={risk.level} />}
        {risk.level === 'course' && (risk.probabilityLate ?? 0) >= WATCHED ? t('risk.watch') : t(`risk.${risk.level}`)}
      </b>
      {reason !== null && <span class="risk-why">{reason}</span>}
    </span>
  )
}
