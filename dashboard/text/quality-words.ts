import { ruleSettingWords } from './rule-setting-words.ts'

type Entry = { en: string; zh: string }

/** What is said of the alarm system itself and of its settings. */
export const qualityWords = {
  ...ruleSettingWords,
  'manage.quality': { en: 'Alarm quality', zh: '报警质量' },
  'quality.lead': {
    en: 'Too many alarms and nobody looks. What the last days were like, what to change, and what that would have done.',
    zh: '报警过多便无人理会。这里显示近期情况、可调整之处及其效果。',
  },
  'quality.days': { en: '{n} {n|day|days}', zh: '{n} 天' },
  'quality.rate': { en: 'per person in ten minutes', zh: '每人每十分钟' },
  'quality.rateGoal': { en: 'at most 1 is what one person can deal with', zh: '最多 1 条，一人方可应对' },
  'quality.perDay': { en: 'per shipment and day', zh: '每货运每日' },
  'quality.perDayGoal': { en: '{n} alarms on {days} shipment-days', zh: '{days} 货运日共 {n} 条报警' },
  'quality.acknowledged': { en: 'until acknowledged, median', zh: '确认用时中位数' },
  'quality.acknowledgedGoal': { en: 'nine in ten within {p90}; {open} wait', zh: '九成在 {p90}内；{open} 条待确认' },
  'quality.priorities': { en: 'critical / high / other', zh: '危急 / 高 / 其他' },
  'quality.prioritiesGoal': {
    en: 'about 5 / 15 / 80 % where priorities mean something',
    zh: '合理分布约为 5 / 15 / 80 %',
  },
  'quality.worst': { en: 'Rules that ask most', zh: '报警最多的规则' },
  'quality.worstFacts': {
    en: '{n} {n|alarm|alarms}, {share} %; held for {held}, acknowledged after {acknowledged}',
    zh: '{n} 条，{share} %；持续 {held}，{acknowledged}后确认',
  },
  'quality.chattering': { en: 'Chattering', zh: '频繁抖动' },
  'quality.chatteringFacts': { en: '{n} times within ten minutes', zh: '十分钟内 {n} 次' },
  'quality.floods': { en: 'Floods', zh: '报警泛滥' },
  'quality.floodFacts': { en: '{n} alarms in ten minutes', zh: '十分钟内 {n} 条报警' },
  'quality.stale': { en: 'Standing for more than a day', zh: '持续超过一天' },
  'quality.shelved': { en: 'Shelved longest', zh: '搁置最久' },
  'quality.none': { en: 'None.', zh: '无。' },
  'quality.cure': { en: 'What cures it: {cure}', zh: '改善办法：{cure}' },
  'cure.deadband': { en: 'a wider deadband', zh: '加大死区' },
  'cure.onDelayMs': { en: 'an on-delay', zh: '设置报警延时' },
  'cure.offDelayMs': { en: 'an off-delay', zh: '设置恢复延时' },
  'cure.rateOfRise': { en: 'a higher rate of rise', zh: '提高升温速率阈值' },
  'cure.hoursToLimit': { en: 'fewer hours of warning', zh: '缩短预警时间' },
  'cure.silenceIntervals': { en: 'more intervals before silence', zh: '增加失联判定间隔数' },
  'cure.shock': { en: 'a higher threshold of shock', zh: '提高冲击阈值' },
  'cure.battery': { en: 'a lower battery threshold', zh: '降低电量阈值' },
  'cure.overdueGraceDays': { en: 'a longer grace', zh: '延长宽限期' },
  'cure.lateProbability': { en: 'another probability', zh: '调整概率阈值' },
  'cure.stopMinutes': { en: 'longer stops', zh: '允许更长停留' },
  'cure.dwellMinutes': { en: 'a longer dwell', zh: '延长停留判定时间' },
  'cure.limit': { en: 'look at the limit itself', zh: '检查限值本身' },
  'cure.sensor': { en: 'have the sensor looked at', zh: '检查传感器' },
  'settings.rules': { en: 'Settings of the rules', zh: '规则设置' },
  'settings.rulesLead': {
    en: 'For all your shipments, from now on. An empty field is as the product has it. Try out first.',
    zh: '对您的所有货运即时生效。留空即用默认值。请先试算。',
  },
  'set.delay': { en: 'Rule', zh: '规则' },
  'set.try': { en: 'Try out over the last 7 days', zh: '用最近 7 天试算' },
  'set.save': { en: 'Save', zh: '保存' },
  'set.saved': { en: 'Saved; it holds from now on', zh: '已保存，即时生效' },
  'try.nothing': {
    en: 'Nothing would change: {stay} {stay|alarm|alarms} either way.',
    zh: '没有变化：均为 {stay} 条报警。',
  },
  'try.change': {
    en: '{go} would go, {come} would come, {stay} stay.',
    zh: '减少 {go} 条，新增 {come} 条，不变 {stay} 条。',
  },
  'try.over': {
    en: 'Over {readings} readings of {streams} {streams|device|devices}.',
    zh: '依据 {streams} 台设备的 {readings} 条读数。',
  },
  'try.incomplete': {
    en: 'There is more history than is tried at once; the newest was.',
    zh: '历史数据过多，仅试算最新部分。',
  },
  'try.go': { en: 'Would go', zh: '将减少' },
  'try.come': { en: 'Would come', zh: '将新增' },
  'try.critical': {
    en: 'Critical alarms are among those that would go. Make sure that nobody is left unwarned.',
    zh: '将减少的报警中含危急报警，请确认不会漏警。',
  },
} as const satisfies Record<string, Entry>
