import type { RuleId } from '../../server/model/alarm.ts'

type Entry = { en: string; zh: string }

const limit = {
  en: 'One reading beyond the limit raises it at once, unless a delay is set; it clears when the value is back inside by the deadband.',
  zh: '一次读数越限即报警（设有延时除外）；数值回到限值内并超过死区后恢复。',
}

/** How each rule comes to what it says, and whose knowledge it is. */
export const aboutWords = {
  'about.temperature-high': limit,
  'about.temperature-high-high': limit,
  'about.temperature-low': limit,
  'about.temperature-low-low': limit,
  'about.pressure-high': limit,
  'about.pressure-high-high': limit,
  'about.pressure-low': limit,
  'about.pressure-low-low': limit,
  'about.level-high': limit,
  'about.level-high-high': limit,
  'about.level-low': limit,
  'about.level-low-low': limit,
  'about.rate-of-rise': {
    en: 'A robust slope (Theil–Sen) over at least 15 minutes; the lower confidence bound must be beyond the limit, so noise alone raises nothing.',
    zh: '至少 15 分钟的稳健斜率（Theil–Sen）；其置信下限须超过阈值，单凭噪声不会报警。',
  },
  'about.time-to-limit': {
    en: 'The temperature is carried forward towards the ambient, by how fast it has followed it so far; linearly only where that does not fit. A range, because a single number would pretend.',
    zh: '按温度跟随环境的快慢外推，仅在不适用时按线性外推。给出范围，因为单一数值并不可信。',
  },
  'about.pressure-residual': {
    en: 'The pressure that a closed tank should have at this temperature (vapour pressure and gas pad) is compared with what is measured; what remains, and how it moves, names the cause. Several evaluations in a row must agree.',
    zh: '将密闭罐在该温度下应有的压力（蒸气压与气相空间）与实测比较；剩余偏差及其变化指明原因，须多次连续判断一致。',
  },
  'about.self-heating': {
    en: 'Temperature rises although it is warmer than the ambient, ever faster over two windows, and no sun explains it (Hub and Jones).',
    zh: '温度高于环境却仍上升，两个时间窗内不断加快，且日照无法解释（Hub–Jones 判据）。',
  },
  'about.liquid-full': {
    en: 'From the degree of filling and the cubic expansion: at which temperature the liquid would fill the tank (ADR 4.2.1.9, 4.1.1.4).',
    zh: '由充装度和体积膨胀系数计算液体充满罐体的温度（ADR 4.2.1.9、4.1.1.4）。',
  },
  'about.silence': {
    en: 'Nothing for three reporting intervals, at least five minutes, while our own intake was up. Data that comes later takes it back.',
    zh: '在本系统接收正常期间，三个上报间隔（至少五分钟）没有消息。后到的数据会撤销此报警。',
  },
  'about.sensor-frozen': {
    en: 'The same value for far longer than this sensor usually repeats one, while other measures move.',
    zh: '读数不变的时间远超该传感器平时，而其他参数仍在变化。',
  },
  'about.sensor-impossible': {
    en: 'Each value is within its range, but together or in this order they cannot be.',
    zh: '各读数虽在量程内，但其组合或先后顺序不可能成立。',
  },
  'about.clock-skew': {
    en: 'The times of readings keep a distance from when they are received that no buffering explains.',
    zh: '读数时间与接收时间之差无法用缓存补传解释。',
  },
  'about.shock': { en: 'One reading beyond the threshold that is set.', zh: '一次读数超过设定阈值。' },
  'about.tilt': { en: 'One reading beyond the threshold that is set.', zh: '一次读数超过设定阈值。' },
  'about.battery-low': { en: 'The device’s own word about its battery.', zh: '设备自报的电量。' },
  'about.departure': {
    en: 'Outside the circle of its origin for longer than the dwell that is set.',
    zh: '离开起点范围的时间超过设定停留时间。',
  },
  'about.arrival': {
    en: 'Inside the circle of its destination for longer than the dwell that is set.',
    zh: '处于目的地范围内的时间超过设定停留时间。',
  },
  'about.corridor-left': {
    en: 'Further from the planned way than its width, with hysteresis.',
    zh: '与计划路线的距离超过其宽度（带回差）。',
  },
  'about.unplanned-stop': {
    en: 'Has not moved for longer than a stop may take, where none is planned.',
    zh: '在计划外地点停留超过允许时间。',
  },
  'about.stage-overdue': {
    en: 'A production stage was expected by now and nobody has said that it is done.',
    zh: '生产阶段已到期，但尚无完成报告。',
  },
  'about.forecast-late': {
    en: 'The forecast of arrival is beyond need-by with more than the usual doubt.',
    zh: '预测到达时间晚于需求日期的可能性较大。',
  },
} as const satisfies Record<`about.${RuleId}`, Entry>
