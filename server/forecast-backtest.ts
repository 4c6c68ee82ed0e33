import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Mapping } from './orders/backtest/mapping.ts'
import { momentsOf } from './orders/backtest/moments.ts'
import { readRows } from './orders/backtest/read.ts'
import { reportOf } from './orders/backtest/report.ts'
import { walk } from './orders/backtest/walk.ts'

const USAGE = 'npm run forecast:backtest -- --file FILE --map MAPPING [--without-promise] [--json]'

const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    map: { type: 'string' },
    'without-promise': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const say = (line: string): boolean => process.stdout.write(`${line}\n`)
const number = (value: number | null, digits = 2): string => (value === null ? 'none' : value.toFixed(digits))
const percent = (share: number | null): string => (share === null ? 'none' : `${(share * 100).toFixed(1)} %`)

if (values.file === undefined || values.map === undefined) {
  process.stderr.write(`${USAGE}\n`)
  process.exitCode = 2
} else {
  const mapping = Mapping.parse(JSON.parse(readFileSync(values.map, 'utf8')))
  const { moments, unusable, nothingLeft } = momentsOf(readRows(readFileSync(values.file)), mapping)
  const report = reportOf(walk(moments, { ...mapping, withPromise: !values['without-promise'] }))
  if (!values.json) {
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
  say(JSON.stringify({ ...report, unusable, nothingLeft }))
}
