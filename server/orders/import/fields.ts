import { type ImportField, type ImportKind, MILESTONE_FIELDS, ORDER_FIELDS } from '../../model/import.ts'
import { isGap, parseNumber, plain } from './numbers.ts'
import type { Table } from './table.ts'

/** A heading or a name without what people write differently: case, spaces, signs, full width. */
export const normalised = (text: string): string =>
  plain(text)
    .toLowerCase()
    .replace(/[\s_\-./#:：()（）[\]*'"“”]+/g, '')

const NUMBER = [
  'po',
  'po number',
  'po no',
  'po / so #',
  'purchase order',
  'purchase order number',
  'purchase order no',
  'order',
  'order number',
  'order no',
  'order nr',
  'bestellnummer',
  '订单',
  '订单号',
  '订单编号',
  '采购订单',
  '采购订单号',
  '采购单号',
  '采购单',
  'po号',
  '合同号',
]
const LINE = [
  'line',
  'line no',
  'line number',
  'po line',
  'po line number',
  'order line',
  'item',
  'item no',
  'item number',
  'pos',
  'position',
  '行',
  '行号',
  '订单行',
  '订单行号',
  '项次',
  '行项目',
  '序号',
  'id',
]
const QUANTITY = [
  'quantity',
  'qty',
  'order quantity',
  'order qty',
  'ordered quantity',
  'line item quantity',
  'menge',
  '数量',
  '订购数量',
  '订单数量',
  '采购数量',
]

/** The headings that people give these columns, the likeliest first. */
const HEADINGS: Record<ImportKind, Partial<Record<ImportField, readonly string[]>>> = {
  orders: {
    number: NUMBER,
    line: LINE,
    cas: ['cas', 'cas no', 'cas number', 'cas rn', 'cas号', 'cas编号', 'cas登记号'],
    un: ['un', 'un no', 'un number', 'un号', 'un编号', '联合国编号'],
    product: ['product', 'product name', 'substance', 'material', 'material name', 'material description', 'item description', 'description', 'goods', '品名', '产品', '产品名称', '物料', '物料名称', '物料描述', '货物名称', '化学品名称', '名称'],
    quantity: QUANTITY,
    unit: ['unit', 'uom', 'unit of measure', 'quantity unit', 'einheit', '单位', '计量单位', '数量单位'],
    needBy: ['need by', 'need by date', 'required date', 'required by', 'due date', 'scheduled delivery date', 'requested delivery date', 'delivery date', 'promised date', 'liefertermin', '交期', '交货期', '交货日期', '要求交期', '需求日期', '要求到货日期', '计划交货日期', '到货日期'],
    supplier: ['supplier', 'supplier name', 'vendor', 'vendor name', 'lieferant', '供应商', '供应商名称', '供方', '厂家', '卖方'],
    orderedAt: ['ordered', 'order date', 'ordered at', 'date ordered', 'po date', 'po sent to vendor date', 'po sent date', 'bestelldatum', '下单日期', '订单日期', '采购日期', '订购日期', '签订日期'],
    price: ['price', 'total price', 'line value', 'line item value', 'line amount', 'value', 'amount', '总价', '金额', '合计', '行金额', '含税金额'],
    currency: ['currency', 'curr', 'währung', '币种', '货币', '币别'],
    family: ['family', 'product family', 'product group', 'material group', 'category', '产品族', '产品系列', '产品类别', '物料组', '类别', '分类'],
    receivedAt: ['received', 'received date', 'receipt date', 'delivered to client date', 'delivered date', 'actual delivery date', '实际到货日期', '实际交货日期', '收货日期'],
  },
  milestones: {
    number: [...NUMBER, 'case', 'case id'],
    line: LINE,
    buyer: ['buyer', 'customer', 'client', '客户', '买方', '采购方'],
    stage: ['stage', 'milestone', 'activity', 'operation', 'process step', 'step', '阶段', '工序', '里程碑', '节点', '进度节点'],
    classifier: ['classifier', 'type', 'kind', 'status', '状态', '类型', '性质'],
    at: ['at', 'date', 'time', 'completed at', 'completed', 'finished at', 'when', '日期', '时间', '完成日期', '完成时间', '发生时间'],
    progress: ['progress', 'percent', 'percent complete', '进度', '完成率', '完成百分比'],
    quantity: QUANTITY,
    note: ['note', 'notes', 'remark', 'remarks', 'comment', 'comments', '备注', '说明'],
    lot: ['lot', 'lot no', 'lot number', 'batch', 'batch no', 'batch number', '批号', '批次', '批次号', '炉号'],
    key: ['key', 'message id', '键'],
  },
} // biome-ignore format: a field a line

export const fieldsOf = (kind: ImportKind): readonly ImportField[] =>
  kind === 'orders' ? ORDER_FIELDS : MILESTONE_FIELDS
/** The fields that every row has to have, from its cell or said for all rows. */
export const REQUIRED: Record<ImportKind, ReadonlySet<ImportField>> = {
  orders: new Set<ImportField>(['number', 'quantity', 'needBy', 'supplier']),
  milestones: new Set<ImportField>(['number', 'stage', 'at']),
}

/** A unit is a word: a column of numbers under that heading counts packs or the like. */
const isNumeric = (table: Table, column: number): boolean => {
  const cells = table.rows.slice(0, 50).flatMap(({ cells }) => (isGap(cells[column]) ? [] : [cells[column] ?? null]))
  return cells.length > 0 && cells.every((cell) => parseNumber(cell)?.rest === '')
}

/** Which column is likely to be which field: equal headings first, then those that contain one. Pure. */
export const guessColumns = (kind: ImportKind, table: Table): Partial<Record<ImportField, string>> => {
  const columns: Partial<Record<ImportField, string>> = {}
  const taken = new Set<number>()
  const normal = table.headings.map(normalised)
  const take = (field: ImportField, column: number): void => {
    const heading = table.headings[column]
    if (heading === undefined || taken.has(column)) return
    if (field === 'unit' && isNumeric(table, column)) return
    columns[field] = heading
    taken.add(column)
  }
  for (const equal of [true, false])
    for (const field of fieldsOf(kind)) {
      for (const word of HEADINGS[kind][field] ?? []) {
        if (columns[field] !== undefined) break
        const wanted = normalised(word)
        // a short word stands in many a heading by chance
        if (!equal && wanted.length < (/\p{Script=Han}/u.test(wanted) ? 2 : 5)) continue
        take(
          field,
          normal.findIndex((one, index) => !taken.has(index) && (equal ? one === wanted : one.includes(wanted))),
        )
      }
    }
  return columns
}

/** Under what a mapping is remembered: the headings in their order. */
export const headingsKey = (table: Table): string => JSON.stringify(table.headings.map(normalised))
