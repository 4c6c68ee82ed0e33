import type { ImportField, ImportIssue } from './import.ts'

/** What a person calls the fields of a file. */
export const FIELD_NAMES: Record<ImportField, Record<'en' | 'zh', string>> = {
  number: { en: 'Order number', zh: '订单号' },
  line: { en: 'Line', zh: '行号' },
  quantity: { en: 'Quantity', zh: '数量' },
  unit: { en: 'Unit', zh: '单位' },
  needBy: { en: 'Need-by', zh: '要求到货日期' },
  supplier: { en: 'Supplier', zh: '供应商' },
  product: { en: 'Product name', zh: '品名' },
  cas: { en: 'CAS number', zh: 'CAS 号' },
  un: { en: 'UN number', zh: 'UN 编号' },
  orderedAt: { en: 'Ordered on', zh: '下单日期' },
  price: { en: 'Price of the line', zh: '行金额' },
  currency: { en: 'Currency', zh: '币种' },
  family: { en: 'Product family', zh: '产品族' },
  receivedAt: { en: 'Received on', zh: '实际到货日期' },
  stage: { en: 'Stage', zh: '阶段' },
  at: { en: 'When', zh: '时间' },
  buyer: { en: 'Buyer', zh: '买方' },
  classifier: { en: 'Actual, estimated or planned', zh: '实际、预计或计划' },
  progress: { en: 'Progress', zh: '进度' },
  note: { en: 'Note', zh: '备注' },
  lot: { en: 'Lot', zh: '批号' },
  key: { en: 'Key', zh: '键' },
}
const isField = (text: string): text is ImportField => Object.hasOwn(FIELD_NAMES, text)
const fieldName = (language: 'en' | 'zh', field: string): string =>
  isField(field) ? FIELD_NAMES[field][language] : field

type Said = Pick<ImportIssue, 'value' | 'about'>
type Sentence = (said: Said) => string

/** What can be wrong with a row of a file, each in both languages: the page and the list to download say the same. */
export const ISSUES = {
  missing: {
    en: ({ about }) => `${fieldName('en', about)} is empty. Fill it in, or choose its column.`,
    zh: ({ about }) => `${fieldName('zh', about)}为空。请填写，或选择对应的列。`,
  },
  'not-a-date': {
    en: ({ value }) => `“${value}” is not a date that can be read. Write it as 2012-03-04.`,
    zh: ({ value }) => `“${value}”不是可识别的日期。请写成 2012-03-04。`,
  },
  'ambiguous-date': {
    en: ({ value, about }) => `“${value}” can be ${about}. Say which order day, month and year have in this file.`,
    zh: ({ value, about }) => `“${value}”可能是 ${about}。请指明文件中年、月、日的顺序。`,
  },
  'not-a-number': {
    en: ({ value }) => `“${value}” is not a number. Write it as 1234.5.`,
    zh: ({ value }) => `“${value}”不是数字。请写成 1234.5。`,
  },
  'not-positive': {
    en: ({ value }) => `“${value}” has to be more than zero.`,
    zh: ({ value }) => `“${value}”必须大于零。`,
  },
  'out-of-range': {
    en: ({ value, about }) => `“${value}” has to be ${about}.`,
    zh: ({ value, about }) => `“${value}”超出范围：${about}。`,
  },
  'too-long': {
    en: ({ about }) => `This is too long: at most ${about} characters.`,
    zh: ({ about }) => `内容过长：最多 ${about} 个字符。`,
  },
  'unknown-unit': {
    en: () => 'There is no unit. Choose its column, or say one for the whole file.',
    zh: () => '没有单位。请选择单位列，或为整个文件指定单位。',
  },
  'bad-currency': {
    en: ({ value }) => `“${value}” is not a currency of three letters, such as CNY.`,
    zh: ({ value }) => `“${value}”不是三个字母的币种代码，例如 CNY。`,
  },
  'price-alone': {
    en: () => 'There is a price without a currency. Choose its column, or say one for the whole file.',
    zh: () => '有价格但没有币种。请选择币种列，或为整个文件指定币种。',
  },
  'bad-identifier': {
    en: ({ about }) => `${about}. Check the number.`,
    zh: ({ value }) => `“${value}”不是有效的编号（校验未通过）。请核对。`,
  },
  'unknown-substance': {
    en: ({ about }) => about,
    zh: ({ value }) => `物质目录中没有“${value}”，或有多个匹配。请先添加该物质，或同时填写 CAS 与 UN。`,
  },
  'unknown-product': {
    en: ({ value }) =>
      `Nothing says which substance “${value}” is. Choose it once, and it will be remembered; or add a CAS number.`,
    zh: ({ value }) => `不知道“${value}”是哪种物质。请选择一次，系统会记住；或填写 CAS 号。`,
  },
  'no-product': {
    en: () => 'Nothing says what this is: neither a CAS number, a UN number nor a product name.',
    zh: () => '没有说明是什么物质：CAS 号、UN 号和品名都没有。',
  },
  'unknown-supplier': {
    en: ({ value }) => `You know no organisation called “${value}”. Choose it once, or add it to your partners first.`,
    zh: ({ value }) => `没有名为“${value}”的合作方。请选择一次，或先添加为合作方。`,
  },
  'ambiguous-supplier': {
    en: ({ value }) => `Several of your partners are called “${value}”. Choose which is meant.`,
    zh: ({ value }) => `有多个合作方名为“${value}”。请选择是哪一个。`,
  },
  'duplicate-line': {
    en: ({ value, about }) =>
      `Line ${value} of this order stands in row ${about} already, with other values. Keep one of them.`,
    zh: ({ value, about }) => `该订单的第 ${value} 行已在文件第 ${about} 行出现，且内容不同。请只保留一个。`,
  },
  'other-supplier': {
    en: ({ value, about }) => `This line was ordered of ${about}, not of ${value}. Cancel it and enter a new line.`,
    zh: ({ value, about }) => `该行的供应商是 ${about}，不是 ${value}。请取消该行并新增一行。`,
  },
  'other-substance': {
    en: ({ about }) => `This line is of another substance, ${about}. Cancel it and enter a new line.`,
    zh: ({ about }) => `该行是另一种物质：${about}。请取消该行并新增一行。`,
  },
  'below-shipped': {
    en: ({ about }) => `${about} of this line are on shipments already: its quantity can't be less.`,
    zh: ({ about }) => `该行已有 ${about} 在运单上，数量不能更少。`,
  },
  'unit-of-shipped': {
    en: ({ about }) =>
      `This line is on shipments already, by its unit ${about}. Take it off them before its unit changes.`,
    zh: ({ about }) => `该行已按单位 ${about} 安排在运单上。请先移出运单再更改单位。`,
  },
  cancelled: {
    en: () => 'This line was cancelled. The row is left out.',
    zh: () => '该行已取消，此行将被忽略。',
  },
  'in-the-future': {
    en: ({ value }) => `“${value}” lies ahead: what has arrived has arrived by now.`,
    zh: ({ value }) => `“${value}”在未来：已到货的日期不能晚于现在。`,
  },
  'before-order': {
    en: ({ value, about }) => `“${value}” is before the order of ${about}: the arrival is left out.`,
    zh: ({ value, about }) => `“${value}”早于下单日期 ${about}，将忽略此到货日期。`,
  },
  'unknown-line': {
    en: ({ value }) => `There is no line ${value} that you buy or deliver. Check order number and line.`,
    zh: ({ value }) => `没有您采购或供应的订单行 ${value}。请核对订单号和行号。`,
  },
  'ambiguous-line': {
    en: ({ value, about }) => `${value} can be of ${about}. Say which in a column for the buyer.`,
    zh: ({ value, about }) => `${value} 可能属于 ${about}。请在“买方”列中注明。`,
  },
  'unknown-stage': {
    en: ({ value, about }) => `“${value}” is no stage of this line, which has ${about}. Choose which it is, once.`,
    zh: ({ value, about }) => `“${value}”不是该行的阶段，该行的阶段有：${about}。请选择一次对应的阶段。`,
  },
  'unknown-classifier': {
    en: ({ value }) => `“${value}” is neither actual, estimated nor planned.`,
    zh: ({ value }) => `“${value}”不是“实际”“预计”或“计划”。`,
  },
  impossible: {
    en: ({ about }) => `${about[0]?.toUpperCase() ?? ''}${about.slice(1)}.`,
    zh: ({ about }) => `不可能：${about}。`,
  },
  'other-key': {
    en: ({ value }) => `The key ${value} stands for something else already.`,
    zh: ({ value }) => `键 ${value} 已代表其他内容。`,
  },
} as const satisfies Record<string, Record<'en' | 'zh', Sentence>>

export type IssueCode = keyof typeof ISSUES
const isCode = (code: string): code is IssueCode => Object.hasOwn(ISSUES, code)

/** What is wrong, in a sentence that a person can act on. */
export const issueSentence = (language: 'en' | 'zh', { code, ...said }: Said & { code: string }): string =>
  isCode(code) ? ISSUES[code][language](said) : said.about
