type Entry = { en: string; zh: string }

/** What becomes of lines if a supplier slips. */
export const whatIfWords = {
  'whatIf.title': { en: 'What if a supplier slips?', zh: '如果供应商延迟？' },
  'whatIf.lead': {
    en: 'Forecasts of your open lines, as they are and as they would be. Only tried: nothing is saved, and nobody is told.',
    zh: '您进行中的订单行的预测：现状与假设。仅为推演：不保存，也不通知任何人。',
  },
  'whatIf.supplier': { en: 'Supplier', zh: '供应商' },
  'whatIf.lot': { en: 'Lot', zh: '批号' },
  'whatIf.allLots': { en: 'All that it makes', zh: '全部产品' },
  'whatIf.all': { en: 'Each supplier', zh: '每个供应商' },
  'whatIf.days': { en: 'Slips by, days', zh: '延迟天数' },
  'whatIf.slider': { en: 'Days that it slips', zh: '延迟的天数' },
  'whatIf.none': { en: 'No line is open, so nothing can slip.', zh: '没有进行中的行，无从推演。' },
  'whatIf.noneHere': { en: 'No open line that has not left it yet.', zh: '没有尚未离开该供应商的行。' },
  'whatIf.asking': { en: 'Working it out…', zh: '推演中…' },
  'whatIf.turn': {
    en: '{red} of {of} {of|line turns|lines turn} red, {amber} amber',
    zh: '{of} 行中 {red} 行转红，{amber} 行转黄',
  },
  'whatIf.turnNone': { en: 'None of {of} {of|line|lines} turns red or amber', zh: '{of} 行中无一转红或转黄' },
  'whatIf.column.turns': { en: 'Becomes', zh: '变为' },
  'whatIf.column.line': { en: 'Line', zh: '订单行' },
  'whatIf.column.needBy': { en: 'Need-by', zh: '要求到货' },
  'whatIf.column.arrival': { en: 'Most likely arrival', zh: '最可能到货' },
  'whatIf.column.chance': { en: 'Chance of being late', zh: '延误概率' },
  'whatIf.red': { en: 'Turns red', zh: '转红' },
  'whatIf.amber': { en: 'Turns amber', zh: '转黄' },
  'whatIf.redAlready': { en: 'Red already', zh: '已为红' },
  'whatIf.amberAlready': { en: 'Amber already', zh: '已为黄' },
  'whatIf.fine': { en: 'Stays in time', zh: '仍按时' },
  'whatIf.red.why': { en: 'more likely late than not', zh: '很可能延误' },
  'whatIf.amber.why': { en: 'at least 1 in 5 to be late', zh: '至少五分之一可能延误' },
  'whatIf.now': { en: 'now', zh: '现在' },
  'whatIf.then': { en: 'then', zh: '届时' },
  'whatIf.percent': { en: '{percent} %', zh: '{percent}%' },
} as const satisfies Record<string, Entry>
