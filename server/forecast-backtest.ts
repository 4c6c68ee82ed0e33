import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { columnsOf, Mapping } from './orders/backtest/mapping.ts'
import { momentsOf } from './orders/backtest/moments.ts'
import { readRows } from './orders/backtest/read.ts'
import { type Report, reportOf } from './orders/backtest/report.ts'
import { walk } from './orders/backtest/walk.ts'

const USAGE = 'npm run forecast:backtest -- --file FILE --map MAPPING [--without-promise] [--json]'

/** Something that whoever calls can mend; said as a sentence, without a stack. */
class Mistake extends Error {}

const say = (line: string): boolean => process.stdout.write(`${line}\n`)
const number = (value: number | null, digits = 2): string => (value === null ? 'none' : value.toFixed(digits))
const percent = (share: number | null): string => (share === null ? 'none' : `${(share * 100).toFixed(1)} %`)

const options = () => {
  try {
    return parseArgs({
      options: {
        file: { type: 'string' },
        map: { type: 'string' },
        'without-promise': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    throw new Mistake(`${(error as Error).message}\n${USAGE}`)
  }
}

const read = (path: string): Uint8Array => {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Mistake(`${path} cannot be read: ${(error as Error).message}`)
  }
}

const readMapping = (path: string): Mapping => {
  const text = new TextDecoder().decode(read(path))
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new Mistake(`${path} is not JSON: ${(error as Error).message}`)
  }
  const { data, error } = Mapping.safeParse(json)
  if (data !== undefined) return data
  const issue = error?.issues[0]
  throw new Mistake(`${path}: ${issue?.path.join('.') || 'the mapping'}: ${issue?.message}`)
}

const readHistory = (path: string, mapping: Mapping) => {
  let rows: ReturnType<typeof readRows>
  const bytes = read(path)
  try {
    rows = readRows(bytes)
  } catch (error) {
    throw new Mistake(`${path} is not a table: ${(error as Error).message}`)
  }
  const there = Object.keys(rows[0] ?? {})
  if (there.length === 0) throw new Mistake(`${path} has no rows below its header`)
  for (const column of columnsOf(mapping))
    if (!there.includes(column))
      throw new Mistake(`${path} has no column "${column}", which the mapping names. It has: ${there.join(', ')}`)
  return momentsOf(rows, mapping)
}

const tell = (report: Report, skipped: { unusable: number; nothingLeft: number }): void => {
  const { unusable, nothingLeft } = skipped
  say(
    `lines forecast          ${report.lines} (skipped: ${unusable} without usable dates, ${nothingLeft} with nothing left to do)`,
  )
  say(`                        forecast   all history   promise`)
  say(`P10-P90 holds           ${percent(report.coverage80)}     ${percent(report.coverageHistory)}`)
  say(
    `pinball loss, days      ${number(report.pinball)}      ${number(report.pinballHistory)}         ${number(report.pinballPromise)}`,
  )
  say(
    `mean absolute error     ${number(report.mae)}      ${number(report.maeHistory)}         ${number(report.maePromise)}`,
  )
  say(
    `late, Brier score       ${number(report.brierLate, 4)}     ${number(report.brierBase, 4)} (running share of late ones)`,
  )
  for (const { count, said, late } of report.calibration)
    say(`  said ${percent(said)}: ${percent(late)} of ${count} were late`)
}

const run = (): void => {
  const given = options()
  if (given.file === undefined || given.map === undefined) throw new Mistake(USAGE)
  const mapping = readMapping(given.map)
  const { moments, unusable, nothingLeft } = readHistory(given.file, mapping)
  const report = reportOf(walk(moments, { ...mapping, withPromise: !given['without-promise'] }))
  if (!given.json) tell(report, { unusable, nothingLeft })
  say(JSON.stringify({ ...report, unusable, nothingLeft }))
}

try {
  run()
} catch (error) {
  if (!(error instanceof Mistake)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
