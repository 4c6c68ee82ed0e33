type Entry = { en: string; zh: string }

/** What could not be taken in, and how to mend it. */
export const letterWords = {
  'manage.letters': { en: 'Dead letters', zh: '死信' },
  'letters.lead': {
    en: 'What devices and suppliers sent that could not be taken in, and why. Correct it and send it through again: what came stays as it was.',
    zh: '设备和供应商发来但未能接收的消息及其原因。可更正后重新处理，原始内容保持不变。',
  },
  'letters.show': { en: 'Show', zh: '显示' },
  'letters.waiting': { en: 'Waiting', zh: '待处理' },
  'letters.replayed': { en: 'Sent again', zh: '已重新处理' },
  'letters.none': {
    en: 'Nothing waits: everything that came could be taken in.',
    zh: '没有待处理的消息，全部均已接收。',
  },
  'letters.noneReplayed': { en: 'Nothing was sent again yet.', zh: '尚未重新处理任何消息。' },
  'letters.bytes': { en: '{n} {n|byte|bytes}', zh: '{n} 字节' },
  'letters.look': { en: 'What came', zh: '收到的内容' },
  'letters.correct': { en: 'What is sent through', zh: '重新处理的内容' },
  'letters.hint': {
    en: 'It goes the way of a message that comes now, from the same sender. This can be done once.',
    zh: '将作为同一发送方此刻发来的消息处理。仅可执行一次。',
  },
  'letters.notText': {
    en: 'Some of it is no text and can not be shown. Unless you change it, it is sent through as it came.',
    zh: '其中部分内容不是文本，无法显示。如不修改，将按原样处理。',
  },
  'letters.replay': { en: 'Send through again', zh: '重新处理' },
  'letters.replayCorrected': { en: 'Send the corrected one', zh: '处理更正后的内容' },
  'letters.asItCame': { en: 'As it came', zh: '恢复原样' },
  'letters.taken': { en: '{n} taken', zh: '已接收 {n} 条' },
  'letters.stillWrong': { en: '{n} still wrong', zh: '{n} 条仍有错误' },
  'letters.by': { en: 'by {name}, {time}', zh: '{name}，{time}' },
  'letters.at': { en: 'sent again {time}', zh: '{time} 重新处理' },
  'letters.done': { en: 'Sent through again: {n} taken.', zh: '已重新处理：接收 {n} 条。' },
  'letters.doneWrong': {
    en: 'Sent through again: {n} taken, {wrong} still wrong, on top of this list.',
    zh: '已重新处理：接收 {n} 条，{wrong} 条仍有错误，见列表顶部。',
  },
} as const satisfies Record<string, Entry>
