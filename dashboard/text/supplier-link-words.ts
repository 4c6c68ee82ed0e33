type Entry = { en: string; zh: string }

/** The words of suppliers' links, as the buyer makes and withdraws them. */
export const supplierLinkWords = {
  'people.link.supplier': { en: 'The link for {name}', zh: '{name} 的链接' },
  'supplierLink.make': { en: 'Link for updates', zh: '进度链接' },
  'supplierLink.title': { en: 'Link for {name}', zh: '为 {name} 创建链接' },
  'supplierLink.lead': {
    en: 'Whoever has the link sees {name}’s open lines with you, without prices, and says how far they are. No account is needed.',
    zh: '持有链接者可查看 {name} 与贵方的未完订单行（不含价格）并更新进度，无需账号。',
  },
  'supplierLink.ends': { en: 'The link ends after', zh: '链接有效期' },
  'supplierLink.days': { en: '{days} days', zh: '{days} 天' },
  'supplierLink.email': { en: 'E-mail for reminders (optional)', zh: '提醒邮箱（选填）' },
  'supplierLink.emailHint': {
    en: 'At most one mail a day, when a stage is due.',
    zh: '阶段到期时提醒，每天最多一封。',
  },
  'supplierLink.note': { en: 'For whom (only you see this)', zh: '给谁（仅贵方可见）' },
  'supplierLink.once': {
    en: 'Shown once: copy or send it now. Whoever has it can use it until {time}, or until you withdraw it.',
    zh: '仅显示一次：请立即复制或发送。持有者可使用至 {time}，或至贵方撤回。',
  },
  'supplierLink.message': { en: 'Text to forward', zh: '可转发的文字' },
  'supplierLink.messageText': {
    en: 'Please say how far our orders are, one tap each, no account needed: {link}',
    zh: '请点开链接更新我司订单的生产进度，点一下即可，无需账号：{link}',
  },
  'supplierLink.list': { en: 'Links of suppliers', zh: '供应商链接' },
  'supplierLink.none': { en: 'No link is open.', zh: '目前没有有效的链接。' },
  'supplierLink.until': { en: 'ends {time}', zh: '{time} 到期' },
  'supplierLink.oneLine': { en: 'one line', zh: '单个订单行' },
  'supplierLink.used': { en: 'used {n} {n|time|times}, last {time}', zh: '已使用 {n} 次，最近 {time}' },
  'supplierLink.unused': { en: 'not used yet', zh: '尚未使用' },
  'supplierLink.withdrawn': {
    en: 'The link of {name} is withdrawn; it opens nothing any more.',
    zh: '{name} 的链接已撤回，不再有效。',
  },
} as const satisfies Record<string, Entry>
