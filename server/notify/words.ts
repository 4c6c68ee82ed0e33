import type { Cause, Priority, RuleId } from '../model/alarm.ts'
import type { MessageLanguage } from '../model/notification.ts'

type Entry = Record<MessageLanguage, string>

export const PRIORITY: Record<Priority, Entry> = {
  critical: { en: 'CRITICAL', zh: '紧急' },
  high: { en: 'High', zh: '高' },
  medium: { en: 'Medium', zh: '中' },
  low: { en: 'Low', zh: '低' },
}

export const RULE: Record<RuleId, Entry> = {
  'temperature-high': { en: 'Temperature high', zh: '温度偏高' },
  'temperature-high-high': { en: 'Temperature very high', zh: '温度过高' },
  'temperature-low': { en: 'Temperature low', zh: '温度偏低' },
  'temperature-low-low': { en: 'Temperature very low', zh: '温度过低' },
  'pressure-high': { en: 'Pressure high', zh: '压力偏高' },
  'pressure-high-high': { en: 'Pressure very high', zh: '压力过高' },
  'pressure-low': { en: 'Pressure low', zh: '压力偏低' },
  'pressure-low-low': { en: 'Pressure very low', zh: '压力过低' },
  'level-high': { en: 'Level high', zh: '液位偏高' },
  'level-high-high': { en: 'Level very high', zh: '液位过高' },
  'level-low': { en: 'Level low', zh: '液位偏低' },
  'level-low-low': { en: 'Level very low', zh: '液位过低' },
  'rate-of-rise': { en: 'Temperature rising fast', zh: '温度上升过快' },
  'time-to-limit': { en: 'Limit soon reached', zh: '即将达到限值' },
  'pressure-residual': { en: 'Pressure not explained by temperature', zh: '压力与温度不符' },
  'self-heating': { en: 'Self-heating', zh: '自加热' },
  'liquid-full': { en: 'Tank nearly liquid-full', zh: '罐体接近满液' },
  silence: { en: 'No contact', zh: '失去联系' },
  'sensor-frozen': { en: 'Sensor frozen', zh: '传感器读数冻结' },
  'sensor-impossible': { en: 'Sensor value impossible', zh: '传感器读数不可能' },
  'clock-skew': { en: 'Device clock wrong', zh: '设备时钟错误' },
  shock: { en: 'Shock', zh: '冲击' },
  tilt: { en: 'Tilt', zh: '倾斜' },
  'battery-low': { en: 'Device battery low', zh: '设备电量不足' },
  departure: { en: 'Departed', zh: '已出发' },
  arrival: { en: 'Arrived', zh: '已到达' },
  'corridor-left': { en: 'Off its route', zh: '偏离路线' },
  'unplanned-stop': { en: 'Unplanned stop', zh: '计划外停车' },
  'stage-overdue': { en: 'Stage overdue', zh: '生产阶段逾期' },
  'forecast-late': { en: 'Expected late', zh: '预计晚到' },
}

export const CAUSE: Record<Cause, Entry> = {
  heating: { en: 'heating from outside', zh: '外部受热' },
  leak: { en: 'leak', zh: '泄漏' },
  'gas-evolution': { en: 'gas evolution', zh: '产气' },
  'relief-lifted': { en: 'relief device lifted', zh: '安全阀起跳' },
  'self-heating': { en: 'self-heating', zh: '自加热' },
  'sensor-fault': { en: 'sensor fault', zh: '传感器故障' },
}

/** Stages of production that everybody knows. */
export const STAGE: Record<string, string> = {
  'raw-material': '原料到位',
  'mould-opened': '开模',
  'hot-working': '热加工',
  'heat-treated': '热处理',
  synthesis: '合成',
  'quality-released': '质检放行',
  filled: '灌装',
  ready: '备妥待提',
  'picked-up': '提货',
}

/** What is said before the title of what is no plain "raised". */
export const KIND: Record<string, Entry> = {
  'alarm-found-late': { en: 'Found late: inspect before opening', zh: '事后发现：开启前须检查' },
  'alarm-cleared': { en: 'Over', zh: '已恢复' },
  'alarm-escalated': { en: 'Nobody has acknowledged', zh: '无人确认' },
  'alarm-again': { en: 'Still active', zh: '仍未恢复' },
}

export const PHRASE = {
  since: { en: 'Since', zh: '开始' },
  until: { en: 'Over since', zh: '恢复' },
  where: { en: 'Where', zh: '位置' },
  at: { en: 'at', zh: '时刻' },
  load: { en: 'Load', zh: '货物' },
  route: { en: 'Route', zh: '路线' },
  arrival: { en: 'planned arrival', zh: '计划到达' },
  left: { en: 'Time left', zh: '剩余时间' },
  cause: { en: 'Likely cause', zh: '可能原因' },
  peak: { en: 'furthest', zh: '极值' },
  lot: { en: 'Lot', zh: '批号' },
  first: { en: 'First', zh: '首要处置' },
  card: { en: 'Of this substance', zh: '本物质' },
  call: { en: 'Call', zh: '联系' },
  open: { en: 'Open the alarm', zh: '查看报警' },
  openList: { en: 'Open all', zh: '查看全部' },
  unanswered: { en: 'unacknowledged for {n} min', zh: '已 {n} 分钟无人确认' },
  stillActive: { en: 'still active {n} min after it was acknowledged', zh: '确认 {n} 分钟后仍未恢复' },
  lines: { en: '{n} order lines', zh: '{n} 个订单行' },
  many: { en: '{n} notifications', zh: '{n} 条通知' },
  more: { en: 'and {n} more', zh: '另有 {n} 条' },
  test: { en: 'Test from Zaitu', zh: 'Zaitu 测试消息' },
  testLine: {
    en: 'This channel works. Alarms that its rules lead here will look like this.',
    zh: '此通道可用。按规则发往此处的报警将以这种形式出现。',
  },
} as const satisfies Record<string, Entry>
