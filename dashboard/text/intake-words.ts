type Entry = { en: string; zh: string }

/** An outage of our own intake: one entry above the alarms, instead of a silence of every device. */
export const intakeWords = {
  'intake.now': { en: 'Our own intake is down', zh: '平台数据接收中断' },
  'intake.was': { en: 'Our own intake was down', zh: '平台数据接收曾中断' },
  'intake.since': {
    en: 'Since {time} nothing that devices send reaches us ({duration}). Values are as old as that, and no new alarm will come: watch critical shipments by other means.',
    zh: '自 {time} 起无法接收设备数据（已 {duration}）。数值停留在该时刻，也不会有新报警：请以其他方式监护重要货运。',
  },
  'intake.from': {
    en: 'From {from} to {to} ({duration}) nothing that devices sent reached us. None of them is said to be silent for that.',
    zh: '{from} 至 {to}（{duration}）期间无法接收设备数据，不视为设备失联。',
  },
  'intake.concerned': { en: '{n} {n|device|devices} concerned', zh: '涉及 {n} 台设备' },
  'intake.all': {
    en: 'What {n|it|all {n}} measured meanwhile has come in since.',
    zh: '{n} 台设备中断期间的数据均已补传。',
  },
  'intake.recovered': {
    en: 'Come in since: all of it from {n} of {all} devices, a part from {partly}. From {none} nothing yet.',
    zh: '已补传：{all} 台设备中 {n} 台完整，{partly} 台部分；{none} 台尚无数据。',
  },
  'intake.acknowledge': { en: 'Acknowledge', zh: '确认' },
  'intake.acknowledgeWhat': { en: 'Acknowledge the outage of our intake', zh: '确认数据接收中断' },
  'intake.acknowledged': { en: 'acknowledged by {name}, {time}', zh: '{name} 于 {time} 确认' },
} as const satisfies Record<string, Entry>
