import { language } from '../text/language.ts'

/** What the server says of a limit's source, sentence by sentence, in Chinese; $1 is what stood in its place. */
const CHINESE: readonly [RegExp, string][] = [
  [/^ADR 7\.1\.7\.3, (S\wPT|SADT) (\S+) °C, (\w+): (\w+) − (\d+)$/, 'ADR 7.1.7.3，$1 $2 °C，@$3：$4 − $5'],
  [/^listed control temperature \((.+)\)$/, '列明的控制温度（$1）'],
  [/^listed emergency temperature \((.+)\)$/, '列明的应急温度（$1）'],
  [/^ADR 2\.2\.3\.1\.1, flash point (\S+) °C: .+$/, 'ADR 2.2.3.1.1，闪点 $1 °C：达到即为易燃液体'],
  [/^freezes, crystallises or separates at (\S+) °C$/, '$1 °C 时凝固、结晶或分层'],
  [/^(\d+) % of MAWP (\S+) bar gauge$/, '最高允许工作压力 $2 bar（表压）的 $1 %'],
  [/^relief device set to (\S+) bar gauge$/, '泄放装置整定压力 $1 bar（表压）'],
  [/^ADR 6\.7\.2\.9, test pressure (\S+) bar gauge: the relief device opens at 5\/6 of it$/, 'ADR 6.7.2.9，试验压力 $1 bar（表压）：泄放装置在其 5/6 开启'],
  [/^ADR 6\.7\.2\.9, test pressure (\S+) bar gauge: .+$/, 'ADR 6.7.2.9，试验压力 $1 bar（表压）：泄放装置在其 2/3 的 110 % 开启'],
  [/^(ADR [\d.]+)( \(TP\d\))?: at most (\S+) % full at 50 °C$/, '$1$2：50 °C 时充装不超过 $3 %'],
  [/^(ADR [\d.]+)( \(TP\d\))?, filled at (\S+) °C, expansion (\S+) 1\/K$/, '$1$2，充装温度 $3 °C，膨胀系数 $4 1/K'],
  [/^set by a person$/, '人工设定'],
  [/^set by a person, looser .+$/, '人工设定，经同意放宽'],
  [/^control and emergency temperature \((.+)\)$/, '控制温度和应急温度（$1）'],
  [/^flash point \((.+)\)$/, '闪点（$1）'],
  [/^freezing or separation$/, '凝固或分层'],
  [/^90 % of MAWP$/, '最高允许工作压力的 90 %'],
  [/^relief set pressure$/, '泄放整定压力'],
  [/^degree of filling$/, '充装度'],
  [/^The substance is listed with its own .+$/, '该物质已列明控制温度和应急温度。'],
  [/^Type G is not subject to temperature control \((.+)\)\.$/, 'G型无须控温（$1）。'],
  [/^Neither an SADT nor an SAPT is recorded, .+$/, '未登记 SADT 和 SAPT，且该物质未登记为会自行分解或聚合。'],
  [/^The substance may react by itself, .+$/, '该物质可能自行反应，但未登记 SADT 或 SAPT：登记后可得控制温度和应急温度。'],
  [/^(\w+) (\S+) °C asks for temperature control in this (\w+) \((.+)\)\.$/, '$1 $2 °C，@$3运输须控温（$4）。'],
  [/^SADT (\S+) °C is not below 50 °C, .+$/, 'SADT $1 °C 不低于 50 °C，罐运不产生控制温度（ADR 7.1.7.3）。'],
  [/^(\w+) (\S+) °C is above (\S+) °C, up to which temperature control is required \((.+?)\)\.$/, '$1 $2 °C 高于须控温的上限 $3 °C（$4）。'],
  [/^A liquefied gas has no flash point to keep below\.$/, '液化气体不以闪点为限。'],
  [/^No flash point is recorded for the substance\.$/, '该物质未登记闪点。'],
  [/^It lies at (\S+) °C, where a flammable liquid .+$/, '闪点 $1 °C，易燃液体通常即在其上运输：不产生限值。'],
  [/^No freezing or separation temperature .+$/, '该物质未登记凝固或分层温度。'],
  [/^It lies at (\S+) °C, below what tanks are made for .+$/, '为 $1 °C，低于罐体设计温度（−40 °C，ADR 6.7.2.2.1）。'],
  [/^The shipment has no tank\.$/, '该货运未登记罐。'],
  [/^The tank has no MAWP recorded\.$/, '该罐未登记最高允许工作压力。'],
  [/^The tank has neither relief setting nor test pressure recorded\.$/, '该罐未登记泄放整定压力和试验压力。'],
  [/^The test pressure tells .+$/, '仅可移动罐柜可由试验压力得出泄放开启压力（ADR 6.7.2.9）。'],
  [/^A liquefied gas is filled by mass .+$/, '液化气体按质量充装（ADR 4.2.2.7）。'],
  [/^The tank has no kind recorded, .+$/, '该罐未登记类型，最高充装度取决于类型。'],
  [/^Of a road tank it depends .+$/, '公路罐车取决于物质和排气装置（ADR 4.3.2.2.1）：请自行设定限值。'],
  [/^Another rule asks for a tighter one\.$/, '另一规则要求更严。'],
  [/^A person has set the same\.$/, '已人工设定相同限值。'],
  [/^A person has set a tighter one\.$/, '已人工设定更严限值。'],
  [/^(.+) has loosened it, with the consent of (.+)\.$/, '$1 已放宽，经 $2 同意。'],
  [/^It is looser than (.+?) \((.+)\): that needs .+$/, '比 $1（~$2）更宽：须有理由并经另一人同意。'],
  [/^The consent was to go beyond (.+); the record now asks for (.+)\.$/, '当时同意的是超过 $1；档案现要求 $2。'],
  [/^It lies beyond the second stage of (.+?) \((.+)\)\.$/, '超出第二级限值 $1（~$2）。'],
  [/^It is not below the high limit of (.+?) \((.+)\)\.$/, '不低于高限 $1（~$2）。'],
  [/^No temperature limit is set, .+$/, '未设温度限值，无从预计到达时间。'],
  [/^No temperature is measured\.$/, '未测量温度。'],
  [/^No pressure is measured\.$/, '未测量压力。'],
  [/^No level is measured\.$/, '未测量液位。'],
  [/^No ambient temperature is measured\.$/, '未测量环境温度。'],
  [/^No position is measured\.$/, '无定位数据。'],
  [/^No degree of filling is entered .+$/, '该货运未登记充装度：仅判断实测液位。'],
  [/^The substance has no expansion recorded: .+$/, '该物质未登记膨胀系数：不判断升温后的充装度。'],
  [/^Of this kind of tank no highest degree .+$/, '该类罐无法得出最高充装度：仅在接近满液时提示。'],
  [/^The substance has no vapour pressure recorded: a pressure below .+$/, '该物质未登记蒸气压：无法判断低于蒸气压的读数。'],
  [/^The substance has no vapour pressure recorded: how its .+$/, '该物质未登记蒸气压：前三小时学习压力随温度的变化，其间不作判断。'],
  [/^Neither relief setting nor test pressure of a tank .+$/, '未登记泄放整定压力和试验压力：不提示距泄放装置开启的时间。'],
  [/^The pressure is that of the air, .+$/, '压力与大气压相同且不随温度变化：罐体可能通大气，压力不能反映内部状况。'],
  [/^Neither origin nor destination has a position\.$/, '起点和终点均无坐标。'],
  [/^No planned way is entered .+$/, '该货运未登记计划路线。'],
] // biome-ignore format: a table of sentences

const CONTAINMENT: Record<string, string> = { tank: '罐', packaging: '包装', IBC: '中型散装容器' }

const inChinese = (text: string): string => {
  for (const [pattern, words] of CHINESE) {
    const found = pattern.exec(text)
    if (found === null) continue
    return words.replace(/([@~]?)\$(\d)/g, (_all, kind: string, place: string) => {
      const value = found[Number(place)] ?? ''
      // @: in what it travels; ~: a source inside of a sentence
      return kind === '@' ? (CONTAINMENT[value] ?? value) : kind === '~' ? inChinese(value) : value
    })
  }
  return text
}

/** A limit's source, or why there is none, in the reader's language; a sentence that is not known stands as it came. */
export const sourceText = (text: string): string => {
  if (language.value !== 'zh') return text
  return text
    .split(/(?<=\)\.) (?=S[AP])/)
    .map(inChinese)
    .join('')
}
