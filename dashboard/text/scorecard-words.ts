type Entry = { en: string; zh: string }

/** How suppliers have done: their list, and the record of each. */
export const scorecardWords = {
  'places.label': { en: 'Of orders', zh: '订单相关' },
  'places.lines': { en: 'Lines', zh: '订单行' },
  'places.suppliers': { en: 'Suppliers', zh: '供应商' },
  'places.record': { en: 'Your record', zh: '您的表现' },
  'places.whatIf': { en: 'What if', zh: '假设推演' },
  'places.plans': { en: 'Plans', zh: '计划' },

  'suppliers.title': { en: 'Suppliers', zh: '供应商' },
  'suppliers.lead': {
    en: 'How each has done with you over the last year. A day late counts as in time; a supplier sees the same figures.',
    zh: '各供应商近一年与您合作的表现。晚一天仍算按时；供应商看到的是相同的数字。',
  },
  'suppliers.none': { en: 'No supplier has lines with you yet.', zh: '还没有供应商有您的订单行。' },
  'suppliers.column.name': { en: 'Supplier', zh: '供应商' },
  'suppliers.column.onTime': { en: 'On time', zh: '按时到货' },
  'suppliers.column.estimates': { en: 'Dates kept', zh: '日期兑现' },
  'suppliers.column.silence': { en: 'Between two words', zh: '两次消息之间' },
  'suppliers.column.open': { en: 'Open lines', zh: '进行中的行' },
  'suppliers.open': { en: '{open} open', zh: '{open} 行进行中' },
  'suppliers.atRisk': { en: '{n} late or at risk', zh: '{n} 行延误或有风险' },
  'suppliers.back': { en: 'Suppliers', zh: '供应商' },

  'card.missing': {
    en: 'There is no such supplier, or you do not know it.',
    zh: '没有此供应商，或您与其没有往来。',
  },
  'card.title': { en: 'Record of the last year', zh: '近一年的表现' },
  'card.lines': { en: '{n} {n|line|lines} in all', zh: '共 {n} 行' },
  'card.ofThem': { en: '{some} of {of}', zh: '{of} 项中 {some} 项' },
  'card.few': { en: 'too few to judge', zh: '数量太少，不作评价' },
  'card.none': { en: 'none yet', zh: '暂无' },
  'card.onTime': { en: 'On time', zh: '按时到货' },
  'card.onTime.what': { en: '{percent} % of lines arrived by need-by', zh: '{percent}% 的行按要求日期到货' },
  'card.onTime.few': { en: 'arrived by need-by: too few to judge', zh: '按要求日期到货：数量太少，不作评价' },
  'card.onTime.none': { en: 'No line has arrived yet.', zh: '尚无到货。' },
  'card.estimates': { en: 'Dates kept', zh: '日期兑现' },
  'card.estimates.what': { en: '{percent} % of the dates given were kept', zh: '所报日期有 {percent}% 兑现' },
  'card.estimates.few': { en: 'dates given were kept: too few to judge', zh: '所报日期兑现：数量太少，不作评价' },
  'card.estimates.none': {
    en: 'It has given no date yet for a stage that is done.',
    zh: '尚未对已完成的阶段报过日期。',
  },
  'card.off.after': {
    en: 'typically done {days} {days|day|days} after the date given',
    zh: '通常比所报日期晚 {days} 天完成',
  },
  'card.off.before': {
    en: 'typically done {days} {days|day|days} before the date given',
    zh: '通常比所报日期早 {days} 天完成',
  },
  'card.off.same': { en: 'typically done on the day given', zh: '通常在所报日期当天完成' },
  'card.silence': { en: 'Silence', zh: '沉默' },
  'card.silence.days': { en: '{days} {days|day|days}', zh: '{days} 天' },
  'card.silence.short': { en: 'under a day', zh: '不到一天' },
  'card.silence.what': { en: 'typically between two of its words on a line', zh: '同一行两次消息之间的典型间隔' },
  'card.silence.none': { en: 'It has said nothing yet.', zh: '尚未有任何消息。' },
  'card.silent': {
    en: '{n} open {n|line|lines} not heard of for two weeks',
    zh: '{n} 行进行中，两周没有消息',
  },
  'card.silentNone': { en: 'no open line silent for two weeks', zh: '没有两周无消息的行' },
  'card.open': { en: 'Open lines', zh: '进行中的行' },
  'card.openNone': { en: 'No line is open.', zh: '没有进行中的行。' },
  'card.whatIf': { en: 'What if it slips?', zh: '如果它延迟？' },
  'card.self': {
    en: 'What your customers see of you, over all of them.',
    zh: '采购方看到的您的表现，所有采购方合计。',
  },
} as const satisfies Record<string, Entry>
