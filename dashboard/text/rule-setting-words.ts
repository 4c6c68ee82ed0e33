type Entry = { en: string; zh: string }

/** The settings of rules by name, for all shipments or for one. */
export const ruleSettingWords = {
  'set.deadband.temperature': { en: 'Deadband of temperature, °C', zh: '温度死区，°C' },
  'set.deadband.pressure': { en: 'Deadband of pressure, bar', zh: '压力死区，bar' },
  'set.deadband.level': { en: 'Deadband of level, fraction', zh: '液位死区，比例' },
  'set.rateOfRise': { en: 'Rate of rise, K/h', zh: '升温速率，K/h' },
  'set.hoursToLimit': { en: 'Warn this long before a limit, h', zh: '提前预警时间，小时' },
  'set.silenceIntervals': { en: 'Silence after, reporting intervals', zh: '失联判定，上报间隔数' },
  'set.shock': { en: 'Shock, g', zh: '冲击，g' },
  'set.tilt': { en: 'Tilt, degrees', zh: '倾斜，度' },
  'set.battery': { en: 'Battery low, %', zh: '低电量，%' },
  'set.dwellMinutes': { en: 'Dwell before arrival counts, min', zh: '到达判定停留，分钟' },
  'set.stopMinutes': { en: 'A stop may take, min', zh: '允许停车，分钟' },
  'set.overdueGraceDays': { en: 'A stage may be overdue, days', zh: '生产阶段允许逾期，天' },
  'set.lateProbability': { en: 'A line is at risk from a probability of', zh: '订单行误期概率阈值' },
  'set.slippedDays': { en: 'Arrival may slip in a week, days', zh: '一周内允许推迟到达，天' },
  'set.delays': { en: 'Delays', zh: '延时' },
  'set.onDelay': { en: 'On-delay, min', zh: '报警延时，分钟' },
  'set.offDelay': { en: 'Off-delay, min', zh: '恢复延时，分钟' },
  'set.addDelay': { en: 'Add a delay', zh: '添加延时' },
  'set.removeDelay': { en: 'Remove the delay of {rule}', zh: '移除{rule}的延时' },
} as const satisfies Record<string, Entry>
