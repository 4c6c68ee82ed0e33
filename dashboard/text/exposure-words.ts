import { translator } from './language.ts'

type Entry = { en: string; zh: string }

/** What a cargo has been through, and what its product may; loaded with the panel. */
export const exposureWords = {
  'exposure.title': { en: 'Exposure', zh: '温度暴露' },
  'exposure.lead': {
    en: 'Since {from}. A quality number: it clears no alarm.',
    zh: '自 {from} 起。仅为质量指标，不会解除任何报警。',
  },
  'exposure.none': { en: 'Nothing was measured yet.', zh: '尚无测量数据。' },
  'exposure.kinetic': { en: 'Mean kinetic temperature', zh: '平均动力学温度' },
  'exposure.coverage': { en: 'Temperature known', zh: '温度数据覆盖' },
  'exposure.known': { en: '{share} % of the time', zh: '{share} % 的时间' },
  'exposure.gap': { en: 'unknown for {time}', zh: '{time}无数据' },
  'exposure.limit': { en: 'Beyond', zh: '超出' },
  'exposure.time': { en: 'Time', zh: '时长' },
  'exposure.degrees': { en: 'Degree-hours', zh: '度时' },
  'exposure.high': { en: 'above {value} (high)', zh: '高于 {value}（偏高）' },
  'exposure.highHigh': { en: 'above {value} (very high)', zh: '高于 {value}（过高）' },
  'exposure.low': { en: 'below {value} (low)', zh: '低于 {value}（偏低）' },
  'exposure.lowLow': { en: 'below {value} (very low)', zh: '低于 {value}（过低）' },
  'exposure.was': { en: 'a limit that has ended', zh: '已失效的限值' },
  'exposure.never': { en: 'never', zh: '从未' },
  'exposure.noLimits': { en: 'No temperature limit is in force.', zh: '无生效的温度限值。' },
  'exposure.budgets': { en: 'Budget of the product', zh: '产品允许额度' },
  'exposure.noBudget': { en: 'No budget is set for {product}.', zh: '尚未为{product}设定额度。' },
  'exposure.above': { en: 'Above {value}', zh: '高于 {value}' },
  'exposure.used': { en: '{share} % used', zh: '已用 {share} %' },
  'exposure.over': { en: 'overdrawn, {share} % used', zh: '超出额度，已用 {share} %' },
  'exposure.ofTime': { en: '{was} of {allowed}', zh: '{was} / {allowed}' },
  'exposure.set': { en: 'Set budget', zh: '设定额度' },
  'exposure.setLead': {
    en: 'For {product} on all your shipments. Give minutes, degree-hours, or both.',
    zh: '适用于贵方所有{product}货运。分钟、度时至少填一项。',
  },
  'exposure.fieldAbove': { en: 'Above, {unit}', zh: '高于（{unit}）' },
  'exposure.fieldMinutes': { en: 'Minutes', zh: '分钟' },
  'exposure.fieldDegrees': { en: 'Degree-hours, {unit}', zh: '度时（{unit}）' },
  'exposure.add': { en: 'Another temperature', zh: '再加一档温度' },
  'exposure.remove': { en: 'Remove', zh: '移除' },
  'exposure.save': { en: 'Save', zh: '保存' },
  'exposure.cancel': { en: 'Cancel', zh: '取消' },
  'exposure.saved': {
    en: 'The budget holds for every shipment of this product.',
    zh: '额度已对该产品的所有货运生效。',
  },
} as const satisfies Record<string, Entry>

export const e = translator(exposureWords)
