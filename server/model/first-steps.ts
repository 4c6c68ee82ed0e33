import type { Alarm } from './alarm.ts'
import type { MessageLanguage } from './notification.ts'

type Entry = Record<MessageLanguage, string>

const RUNAWAY: Entry = {
  en: 'Keep people away. Call the 24-hour number and the carrier: cool from outside, do not open, follow the response card.',
  zh: '人员撤离。立即联系 24 小时应急电话和承运商：从外部冷却，严禁开启，按应急卡处置。',
}
const LEAK: Entry = {
  en: 'Have the driver stop upwind in the open, away from ignition, and look for it from a distance. Follow the response card.',
  zh: '通知司机在上风向空旷处停车，远离火源，保持距离查看。按应急卡处置。',
}
const HOT: Entry = {
  en: 'Call the carrier: out of the sun and away from heat; check cooling; watch pressure.',
  zh: '联系承运商：避开日晒和热源，检查冷却，关注压力。',
}
const PRESSURE: Entry = {
  en: 'Do not open. Call the carrier: cool, keep away from the relief device, follow the response card.',
  zh: '严禁开启。联系承运商：降温，远离安全泄放装置，按应急卡处置。',
}
const COLD: Entry = {
  en: 'Call the carrier: check heating and insulation; do not heat with a flame.',
  zh: '联系承运商：检查加热和保温，严禁明火加热。',
}
const SENSOR: Entry = {
  en: 'Read the gauge at the tank, or have the driver do it; until then this measure is not known.',
  zh: '请司机现场读取表计；在此之前该测量值不可信。',
}
const DRIVER: Entry = { en: 'Call the driver and ask why.', zh: '联系司机询问原因。' }

const BY_CAUSE: Partial<Record<NonNullable<Alarm['cause']>, Entry>> = {
  'self-heating': RUNAWAY,
  'gas-evolution': RUNAWAY,
  leak: LEAK,
  'relief-lifted': LEAK,
  heating: HOT,
  'sensor-fault': SENSOR,
}
const BY_RULE: Partial<Record<Alarm['rule'], Entry>> = {
  'self-heating': RUNAWAY,
  'temperature-high-high': RUNAWAY,
  'temperature-high': HOT,
  'rate-of-rise': HOT,
  'time-to-limit': HOT,
  'temperature-low': COLD,
  'temperature-low-low': COLD,
  'pressure-high': PRESSURE,
  'pressure-high-high': PRESSURE,
  'liquid-full': PRESSURE,
  'pressure-low': LEAK,
  'pressure-low-low': LEAK,
  'level-low': LEAK,
  'level-low-low': LEAK,
  'level-high': PRESSURE,
  'level-high-high': PRESSURE,
  'pressure-residual': LEAK,
  'sensor-frozen': SENSOR,
  'sensor-impossible': SENSOR,
  silence: {
    en: 'Call the driver: is all well, where is the load? Then have the device checked.',
    zh: '联系司机：是否安全、货物在何处？然后检查设备。',
  },
  shock: { en: 'Have the driver stop and look for damage and leaks.', zh: '通知司机停车检查有无损坏和泄漏。' },
  tilt: { en: 'Call the driver at once: has it tipped?', zh: '立即联系司机：是否倾覆？' },
  'corridor-left': DRIVER,
  'unplanned-stop': DRIVER,
  'stage-overdue': {
    en: 'Ask the supplier whether it is done, and if not, by when.',
    zh: '询问供应商是否已完成；如未完成，何时完成。',
  },
  'forecast-late': {
    en: 'Ask the supplier what can be made up; see what else can cover the need in time.',
    zh: '与供应商确认可追回的时间，并评估替代来源能否按时满足需求。',
  },
}

const FOUND_LATE: Entry = {
  en: 'Do not open. It was beyond its limit and nobody knew: have it inspected and the load sampled first.',
  zh: '严禁开启。此前曾超限而未被发现：先检查并取样。',
}
const HELD: Entry = {
  en: 'It is back, and held on purpose: have the load inspected before it is opened, then reset this alarm.',
  zh: '已恢复但按设计锁定：开启前先检查货物，再复位此报警。',
}

type Told = Pick<Alarm, 'rule' | 'cause' | 'priority' | 'state' | 'retrospective' | 'clearedAt'>

/**
 * What to do first, in one sentence; null where nothing is urgent. By the cause where it is known, else by the rule. The
 * page and the notifications say the same, so that nobody has to compare two instructions.
 */
export const firstStep = (
  { rule, cause, priority, state, retrospective, clearedAt }: Told,
  language: MessageLanguage,
): string | null => {
  if (retrospective && priority === 'critical') return FOUND_LATE[language]
  if (clearedAt !== null) return state.startsWith('latched') ? HELD[language] : null
  const entry = (cause === null ? undefined : BY_CAUSE[cause]) ?? BY_RULE[rule]
  return entry?.[language] ?? null
}
