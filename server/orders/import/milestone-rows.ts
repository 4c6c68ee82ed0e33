import { createHash } from 'node:crypto'
import type { ImportMapping } from '../../model/import.ts'
import type { Classifier } from '../../model/milestone.ts'
import { STAGES } from '../../model/order.ts'
import { normalised } from './fields.ts'
import { createRowReader, mappedName } from './rows.ts'
import type { Table } from './table.ts'

/** A day without a time says no more than the day: it counts from its beginning. */
const DAY_BEGIN_MS = 0

/** A row that says something of a line. `stage` is judged by whoever knows the line's plan. */
export type MilestoneRow = {
  row: number
  number: string
  line: string
  buyer: string
  /** as the file writes it */
  written: string
  /** what that can mean, the likeliest first */
  stages: string[]
  classifier: Classifier
  at: number
  progress: number | undefined
  quantity: number | undefined
  note: string | undefined
  lot: string | undefined
  /** of the file, or made of what the row says, so that the same row again is a retry */
  key: string
}

const CLASSIFIERS: Record<Classifier, readonly string[]> = {
  actual: ['actual', 'act', 'done', 'complete', 'completed', 'finished', '实际', '已完成', '完成'],
  estimated: ['estimated', 'estimate', 'est', 'expected', 'forecast', '预计', '预估', '估计'],
  planned: ['planned', 'plan', 'scheduled', '计划', '排程'],
}
const classifierOf = (text: string): Classifier | null => {
  const wanted = normalised(text)
  for (const classifier of ['actual', 'estimated', 'planned'] as const)
    if (CLASSIFIERS[classifier].includes(wanted)) return classifier
  return null
}

/** What people call the stages that everybody knows. */
const STAGE_WORDS: Record<(typeof STAGES)[number], readonly string[]> = {
  'raw-material': ['raw material', 'raw material bought', 'raw materials', '原料', '原料到位', '原材料', '备料'],
  'mould-opened': ['mould', 'mould opened', 'mold', 'mold opened', '开模'],
  'hot-working': ['hot working', 'forging', '热加工', '锻造'],
  'heat-treated': ['heat treatment', 'heat treated', '热处理'],
  synthesis: ['reaction', 'synthesised', 'synthesized', '合成', '反应'],
  'quality-released': ['quality release', 'quality released', 'released', 'inspection', 'qc', 'qa release', '质检', '质检放行', '检验', '检验合格'],
  filled: ['filling', 'filled', 'packing', 'packed', '灌装', '包装', '充装'],
  ready: ['ready', 'ready for dispatch', 'ready to ship', '备妥', '待发', '待提货'],
  'picked-up': ['picked up', 'pick up', 'shipped', 'dispatched', 'collected', '提货', '已提货', '发货', '已发货'],
} // biome-ignore format: a stage a line

/** What a stage's name in a file can mean: what was said of it before, its own id, or a usual word. Pure. */
export const stagesOf = (text: string, mapping: ImportMapping): string[] => {
  const mapped = mappedName(mapping.stages, text)
  const wanted = normalised(text)
  const usual = STAGES.filter(
    (stage) => normalised(stage) === wanted || STAGE_WORDS[stage].some((word) => normalised(word) === wanted),
  )
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40)
  return [...new Set([...(mapped === undefined ? [] : [mapped]), ...usual, ...(slug === '' ? [] : [slug])])]
}

/** The rows of a file of milestones, each judged alone. Pure. */
export const readMilestoneRows = (table: Table, mapping: ImportMapping) => {
  const rows = createRowReader(table, mapping)
  const read: MilestoneRow[] = []
  for (const raw of table.rows) {
    const reader = rows.reader(raw)
    const [number, written] = [reader.text('number'), reader.text('stage')]
    for (const field of ['number', 'stage', 'at'] as const)
      if (reader.text(field) === '') reader.issue(field, 'missing', field)
    const line = reader.text('line') || '1'
    const said = reader.text('classifier')
    const classifier = said === '' ? 'actual' : classifierOf(said)
    if (classifier === null) reader.issue('classifier', 'unknown-classifier')
    const at = reader.date('at', DAY_BEGIN_MS)
    const share = reader.number('progress')
    const progress =
      share === undefined ? undefined : share.rest === '%' || share.value > 1 ? share.value / 100 : share.value
    if (progress !== undefined && (progress < 0 || progress > 1)) reader.issue('progress', 'out-of-range', '0 … 100 %')
    const quantity = reader.number('quantity')?.value
    if (quantity !== undefined && (quantity < 0 || quantity > 1e12))
      reader.issue('quantity', 'out-of-range', '0 … 1e12')
    const note = reader.text('note')
    if (note.length > 2000) reader.issue('note', 'too-long', '2000')
    const lot = reader.text('lot')
    if (lot.length > 100) reader.issue('lot', 'too-long', '100')
    if (reader.failed() || classifier === null || at === undefined) continue
    const buyer = reader.text('buyer')
    const made = createHash('sha256')
      // without a lot as it always was, so that a file from before is a retry
      .update(
        JSON.stringify([
          number,
          line,
          buyer,
          written,
          classifier,
          at,
          progress,
          quantity,
          note,
          ...(lot === '' ? [] : [lot]),
        ]),
      )
      .digest('hex')
    read.push({
      row: raw.row, number, line, buyer, written, stages: stagesOf(written, mapping), classifier, at, progress, quantity,
      note: note === '' ? undefined : note, lot: lot === '' ? undefined : lot, key: reader.text('key').slice(0, 200) || `file:${made.slice(0, 40)}`,
    }) // biome-ignore format: its fields
  }
  return {
    rows: read,
    hasLine: rows.has('line'),
    say: rows.say,
    issues: rows.issues,
    mapping: rows.mapping,
    asks: rows.asks,
  }
}
