import { translator } from './language.ts'
import { ruleSettingWords } from './rule-setting-words.ts'

type Entry = { en: string; zh: string }

/** What rules go by on one shipment, which of them are out of service, and its planned way; loaded with the panels. */
export const shipmentRulesWords = {
  ...ruleSettingWords,
  'rules.title': { en: 'Rules of this shipment', zh: '本货运的报警规则' },
  'rules.as': { en: 'As set for all your shipments.', zh: '与贵方所有货运的设置一致。' },
  'rules.own': { en: 'Set otherwise here', zh: '本货运单独设置' },
  'rules.change': { en: 'Set otherwise', zh: '单独设置' },
  'rules.lead': {
    en: 'For this shipment only, from now on. An empty field is as set for all your shipments.',
    zh: '仅对本货运即时生效。留空则与所有货运的设置一致。',
  },
  'rules.value': { en: '{value}, otherwise {usual}', zh: '{value}（通常为 {usual}）' },
  'rules.onDelay': { en: '{rule}: on-delay, min', zh: '{rule}：报警延时，分钟' },
  'rules.offDelay': { en: '{rule}: off-delay, min', zh: '{rule}：恢复延时，分钟' },
  'rules.by': { en: '{name}, {time}', zh: '{name}，{time}' },
  'rules.somebody': { en: 'Somebody', zh: '某人' },
  'rules.save': { en: 'Save', zh: '保存' },
  'rules.asAll': { en: 'As for all shipments', zh: '恢复为通用设置' },
  'rules.cancel': { en: 'Cancel', zh: '取消' },
  'rules.saved': { en: 'It holds from now on', zh: '已即时生效' },
  'service.title': { en: 'Out of service', zh: '停用的规则' },
  'service.none': { en: 'Every rule is in service.', zh: '所有规则均在用。' },
  'service.take': { en: 'Take a rule out of service', zh: '停用规则' },
  'service.lead': {
    en: 'It goes on being judged, its alarms are marked, and nobody is told. For a sensor that is broken, say.',
    zh: '系统仍会判断并标记其报警，但不通知任何人。例如传感器损坏时使用。',
  },
  'service.rule': { en: 'Rule', zh: '规则' },
  'service.choose': { en: 'Choose a rule', zh: '选择规则' },
  'service.reason': { en: 'Reason', zh: '原因' },
  'service.until': { en: 'Until', zh: '停用至' },
  'service.h8': { en: 'for 8 h', zh: '8 小时' },
  'service.h24': { en: 'for 24 h', zh: '24 小时' },
  'service.d7': { en: 'for 7 days', zh: '7 天' },
  'service.putBack': { en: 'until somebody puts it back', zh: '直至人工恢复' },
  'service.doTake': { en: 'Take out of service', zh: '停用' },
  'service.doPutBack': { en: 'Put back', zh: '恢复' },
  'service.putBackOf': { en: 'Put {rule} back into service', zh: '恢复{rule}' },
  'service.since': { en: 'since {time} by {name}', zh: '{name} 自 {time} 停用' },
  'service.to': { en: 'until {time}', zh: '至 {time}' },
  'service.ended': { en: '{from} to {to}, taken out by {name}', zh: '{from} 至 {to}，由 {name} 停用' },
  'service.endedBy': { en: 'put back by {name}', zh: '由 {name} 恢复' },
  'service.earlier': { en: 'Earlier ({n})', zh: '以前（{n}）' },
  'service.taken': { en: '{rule} is out of service', zh: '已停用{rule}' },
  'service.back': { en: '{rule} is back in service', zh: '已恢复{rule}' },
  'way.title': { en: 'Planned way', zh: '计划路线' },
  'way.none': {
    en: 'None is entered, so leaving it is not noticed.',
    zh: '未设置，因此不会判断偏离路线。',
  },
  'way.is': {
    en: '{km} km long in {n} points, {width} km to either side',
    zh: '全长 {km} km，{n} 个点，两侧各 {width} km',
  },
  'way.set': { en: 'Set the way', zh: '设置路线' },
  'way.remove': { en: 'Remove', zh: '移除' },
  'way.lead': {
    en: 'Whoever is further from it than its width for five minutes has left it.',
    zh: '偏离路线超出宽度达五分钟即视为离开路线。',
  },
  'way.source': { en: 'Where it comes from', zh: '来源' },
  'way.track': { en: 'The way it has gone so far', zh: '至今行驶的轨迹' },
  'way.paste': { en: 'A GeoJSON LineString', zh: 'GeoJSON LineString' },
  'way.geojson': { en: 'GeoJSON, coordinates as [longitude, latitude]', zh: 'GeoJSON，坐标为 [经度, 纬度]' },
  'way.width': { en: 'Width to either side, km', zh: '两侧宽度，km' },
  'way.noTrack': { en: 'It has sent no position yet.', zh: '尚无位置数据。' },
  'way.unreadable': {
    en: 'This is no GeoJSON LineString: its type is to be "LineString", its coordinates [[longitude, latitude], …].',
    zh: '不是 GeoJSON LineString：type 应为 "LineString"，coordinates 应为 [[经度, 纬度], …]。',
  },
  'way.few': { en: 'A way has at least two points.', zh: '路线至少需要两个点。' },
  'way.outside': {
    en: 'Point {n} is no place on earth: longitude comes first, −180 to 180, then latitude, −90 to 90.',
    zh: '第 {n} 个点无效：先经度（−180 至 180），后纬度（−90 至 90）。',
  },
  'way.saved': { en: 'The planned way holds from now on', zh: '计划路线已生效' },
  'way.removed': { en: 'The planned way is removed', zh: '已移除计划路线' },
} as const satisfies Record<string, Entry>

export const p = translator(shipmentRulesWords)
