import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { z } from 'zod'
import { type Extra, MEASURES, type Measure } from '../server/model/reading.ts'

export type RecordingPlan = {
  file: string
  delimiter: string
  /** heading of the time column */
  time: string
  /** measure ← heading */
  columns: ReadonlyMap<Measure, string>
  /** headings that go into `extra` as they are */
  extra: readonly string[]
  /** offset of times that carry none, such as +08:00 */
  zone: string
}

/** A row on its way out, or why it cannot go. `problems` are the cells that had to stay behind; the rest goes. */
export type Row =
  | { line: number; time: number; measures: Partial<Record<Measure, number>>; extra: Extra; problems: string[] }
  | { line: number; problem: string }

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

/** The number in a cell, or why there is none. NaN and Infinity are no numbers in JSON. */
const cellNumber = (heading: string, cell: string | undefined): { value: number } | { problem: string } => {
  const text = cell?.trim() ?? ''
  if (text === '') return { problem: `${heading} is empty` }
  if (!NUMBER.test(text) || !Number.isFinite(Number(text)))
    return { problem: `${heading} is not a number: ${text.slice(0, 40)}` }
  return { value: Number(text) }
}

/** Epoch ms of ISO 8601 with or without offset (a blank instead of T is fine), or of a number in seconds or ms. */
export const parseTime = (text: string, zone: string): number | undefined => {
  const trimmed = text.trim()
  if (NUMBER.test(trimmed)) {
    const value = Number(trimmed)
    return Math.round(Math.abs(value) < 1e11 ? value * 1000 : value)
  }
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(trimmed)
  if (!match) return undefined
  const [, day, clock, fraction, offset] = match
  const colon = (offset ?? zone).toUpperCase().replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2')
  const ms = Date.parse(
    `${day}T${clock}${clock?.length === 5 ? ':00' : ''}${fraction ? `.${fraction.slice(0, 3)}` : ''}${colon}`,
  )
  return Number.isNaN(ms) ? undefined : ms
}

const Info = z.object({ info: z.object({ lines: z.number() }), record: z.array(z.string()) })

/** The rows of a recording one by one, each with its line number; throws where the file or a named column is missing. */
export async function* readRows(plan: RecordingPlan): AsyncGenerator<Row> {
  const parser = createReadStream(plan.file).pipe(
    parse({
      delimiter: plan.delimiter,
      bom: true,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    }),
  )
  let headings: Map<string, number> | undefined
  for await (const raw of parser) {
    const { info, record } = Info.parse(raw)
    if (!headings) {
      headings = new Map(record.map((heading, index) => [heading.trim(), index]))
      for (const wanted of [plan.time, ...plan.columns.values(), ...plan.extra])
        if (!headings.has(wanted))
          throw new Error(`${plan.file} has no column ${wanted}; it has ${[...headings.keys()].join(', ')}`)
      continue
    }
    const cell = (heading: string) => record[headings?.get(heading) ?? -1]
    const line = info.lines
    const time = parseTime(cell(plan.time) ?? '', plan.zone)
    if (time === undefined) {
      yield { line, problem: `${plan.time} is not a time: ${(cell(plan.time) ?? '').slice(0, 40)}` }
      continue
    }
    const measures: Partial<Record<Measure, number>> = {}
    const problems: string[] = []
    for (const [measure, heading] of plan.columns) {
      const parsed = cellNumber(heading, cell(heading))
      if ('value' in parsed) measures[measure] = parsed.value
      else problems.push(parsed.problem)
    }
    if (Object.keys(measures).length === 0) {
      yield { line, problem: `no measured value: ${problems.join('; ')}` }
      continue
    }
    const extra: Extra = {}
    for (const heading of plan.extra) {
      const parsed = cellNumber(heading, cell(heading))
      if ('value' in parsed) extra[heading.slice(0, 64)] = parsed.value
      else if (cell(heading)?.trim()) extra[heading.slice(0, 64)] = (cell(heading) ?? '').slice(0, 1024)
    }
    yield { line, time, measures, extra, problems }
  }
}

/** `temperature=Thermocouple,pressure=Pressure` → which measure is read from which column, or what is wrong with it. */
export const parseMap = (text: string): { columns: ReadonlyMap<Measure, string> } | { problem: string } => {
  const columns = new Map<Measure, string>()
  for (const pair of text.split(',')) {
    const [name = '', ...heading] = pair.split('=')
    const measure = MEASURES.find((known) => known === name.trim())
    if (!measure) return { problem: `${name.trim()} is no measure; there are ${MEASURES.join(', ')}` }
    if (heading.length === 0 || heading.join('=').trim() === '')
      return { problem: `${measure} needs a column, as in ${measure}=Column` }
    columns.set(measure, heading.join('=').trim())
  }
  return { columns }
}
