type Entry = { en: string; zh: string }

/** What each rule that is no plain limit says when it has found something. */
export const ruleWords = {
  'says.rate-of-rise': { en: 'Temperature rises by {value}, more than {limit}', zh: '温度上升 {value}，超过 {limit}' },
  'says.rate-of-rise.heating': {
    en: 'Heated from outside: temperature rises by {value}, faster than the weather can',
    zh: '外部受热：温度上升 {value}，快于天气所能造成的变化',
  },
  'says.time-to-limit': {
    en: 'Reaches {limit} in {likely} ({least} – {most})',
    zh: '约 {likely}后达到{limit}（{least} – {most}）',
  },
  'says.time-to-limit.soon': { en: 'Reaches {limit} soon', zh: '即将达到{limit}' },
  'says.then-emergency': { en: ', its emergency temperature in {duration}', zh: '，{duration}后达到应急温度' },
  'limit.unnamed': { en: '{limit}', zh: ' {limit}' },
  'limit.emergency': { en: 'its emergency temperature of {limit}', zh: '应急温度 {limit}' },
  'limit.control': { en: 'its control temperature of {limit}', zh: '控制温度 {limit}' },
  'limit.highHigh': { en: 'its very high limit of {limit}', zh: '过高限值 {limit}' },
  'limit.high': { en: 'its high limit of {limit}', zh: '偏高限值 {limit}' },
  'says.arrival-in': { en: ', arrival in {duration}', zh: '，{duration}后到达' },
  'says.arrival-due': { en: ', arrival was due {duration} ago', zh: '，应于 {duration}前到达' },
  'says.pressure-residual': {
    en: 'Pressure is not what the temperature explains ({value})',
    zh: '压力与温度不符（{value}）',
  },
  'says.pressure-residual.leak': {
    en: 'Pressure falls by {value} more than temperature explains: a leak, or a valve that passes',
    zh: '压力下降 {value}，温度无法解释：泄漏或阀门内漏',
  },
  'says.pressure-residual.gas-evolution': {
    en: 'Pressure rises by {value} more than temperature explains: gas forms',
    zh: '压力上升 {value}，温度无法解释：产气',
  },
  'says.pressure-residual.relief-lifted': {
    en: 'Pressure fell from {from} to {to} at once: the relief valve has lifted',
    zh: '压力由 {from} 骤降至 {to}：安全阀起跳',
  },
  'says.pressure-residual.sensor-fault': {
    en: 'Pressure jumped from {from} to {to} and nothing else did: do not trust the sensor',
    zh: '压力由 {from} 跳变至 {to}，其他参数未变：传感器不可信',
  },
  'says.self-heating': { en: 'Heats by itself: {value} and ever faster', zh: '自加热：{value}，且不断加快' },
  'says.liquid-full': {
    en: 'Filled to {value}; at most {limit} leaves room to expand',
    zh: '充装至 {value}；最多 {limit} 才留有膨胀空间',
  },
  'says.silence': { en: 'Nothing heard for {duration}', zh: '已 {duration}没有消息' },
  'says.silence.was': { en: 'Nothing was heard for {duration}', zh: '曾 {duration}没有消息' },
  'says.silence.recovered': {
    en: 'The connection was down; what was measured meanwhile has come since',
    zh: '曾断线；期间的测量数据已补传',
  },
  'says.silence.never': { en: 'Never heard since it was lent, {time}', zh: '自 {time} 借出以来从未有消息' },
  'says.silence.neverWas': {
    en: 'Was not heard after it was lent, {time}, for {duration}',
    zh: '{time} 借出后 {duration}没有消息',
  },
  'says.silence.reading': {
    en: 'Reading {from} is missing: the device was asked to send it again, and has not for {duration}',
    zh: '缺少第 {from} 条读数：已要求设备补发，{duration}内未补发',
  },
  'says.silence.readings': {
    en: 'Readings {from} to {to} are missing: the device was asked to send them again, and has not for {duration}',
    zh: '缺少第 {from} 至 {to} 条读数：已要求设备补发，{duration}内未补发',
  },
  'says.sensor-frozen': { en: 'The sensor repeats one value for {duration}', zh: '传感器读数 {duration}没有变化' },
  'says.sensor-impossible': {
    en: 'Readings that cannot be: do not trust the sensor',
    zh: '读数不可能成立：传感器不可信',
  },
  'says.clock-skew': { en: 'The device’s clock is wrong by {duration}', zh: '设备时钟偏差 {duration}' },
  'says.shock': { en: 'Shock of {value} g, more than {limit} g', zh: '冲击 {value} g，超过 {limit} g' },
  'says.tilt': { en: 'Tilted by {value}°, more than {limit}°', zh: '倾斜 {value}°，超过 {limit}°' },
  'says.battery-low': { en: 'Battery at {value} %, below {limit} %', zh: '电量 {value} %，低于 {limit} %' },
  'says.departure': { en: 'Has left its origin', zh: '已离开起点' },
  'says.arrival': { en: 'Has arrived at its destination', zh: '已到达目的地' },
  'says.corridor-left': { en: 'Is {value} km off its planned way', zh: '偏离计划路线 {value} 公里' },
  'says.stage-overdue.promised': {
    en: '{stage} is overdue: promised for {date}, and nobody has said that it is done',
    zh: '{stage}已逾期：承诺 {date} 完成，尚无完成报告',
  },
  'says.stage-overdue.planned': {
    en: '{stage} is overdue: planned for {date}, and nobody has said that it is done',
    zh: '{stage}已逾期：计划 {date} 完成，尚无完成报告',
  },
  'says.stage-overdue.usual': {
    en: '{stage} is overdue: usually done by {date}, and nobody has said that it is done',
    zh: '{stage}已逾期：通常 {date} 前完成，尚无完成报告',
  },
  'says.stage-overdue.was': { en: '{stage} was overdue, by {days} days', zh: '{stage}曾逾期 {days} 天' },
  'says.forecast-late': {
    en: 'Expected {date}, {days} days after need-by; {probability} % likely to miss it',
    zh: '预计 {date} 到达，晚于需求日期 {days} 天；误期概率 {probability} %',
  },
  'says.forecast-late.before': {
    en: 'Expected {date}, {days} days before need-by; {probability} % likely to miss it',
    zh: '预计 {date} 到达，早于需求日期 {days} 天；误期概率 {probability} %',
  },
  'says.forecast-late.slipped': {
    en: 'The expected arrival has slipped by {slipped} days within a week',
    zh: '一周内预计到达推迟 {slipped} 天',
  },
  'says.unplanned-stop': {
    en: 'Stands for {duration} where no stop is planned',
    zh: '在计划外地点停留 {duration}',
  },
} as const satisfies Record<string, Entry>
