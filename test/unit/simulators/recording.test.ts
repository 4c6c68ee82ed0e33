import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseMap, parseTime, type RecordingPlan, type Row, readRows } from '../../../simulators/recording.ts'
import { shiftToNow, spanOf, toReading } from '../../../simulators/replay.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recording-'))
})
afterAll(() => rm(folder, { recursive: true }))

const COLUMNS = new Map([
  ['temperature', 'Thermocouple'],
  ['pressure', 'Pressure'],
] as const)

const rowsOf = async (text: string, changes: Partial<RecordingPlan> = {}): Promise<Row[]> => {
  const file = join(folder, 'recording.csv')
  await writeFile(file, text)
  const rows: Row[] = []
  const plan = { file, delimiter: ';', time: 'datetime', columns: COLUMNS, extra: ['label'], zone: 'Z', ...changes }
  for await (const row of readRows(plan)) rows.push(row)
  return rows
}

describe('a recording', () => {
  it('is read by its headings, with the line of each row', async () => {
    const rows = await rowsOf(
      '\ufeffdatetime;Pressure;Thermocouple;label\r\n2020-03-09 10:14:33;0.05;26.01;1.0\r\n\r\n2020-03-09 10:14:34;-0.27;26.02;valve\r\n',
    )
    expect(rows).toEqual([
      {
        line: 2,
        time: Date.parse('2020-03-09T10:14:33Z'),
        measures: { temperature: 26.01, pressure: 0.05 },
        extra: { label: 1 },
        problems: [],
      },
      {
        line: 4,
        time: Date.parse('2020-03-09T10:14:34Z'),
        measures: { temperature: 26.02, pressure: -0.27 },
        extra: { label: 'valve' },
        problems: [],
      },
    ])
  })

  it('leaves nothing out without a reason: a bad cell stays behind alone, a row without a value or a time whole', async () => {
    const rows = await rowsOf(
      [
        'datetime;Pressure;Thermocouple;label',
        '2020-03-09 10:14:33;NaN;26.01;',
        '2020-03-09 10:14:34;;26.02;',
        '2020-03-09 10:14:35;n/a;Infinity;',
        'yesterday;0.05;26.01;',
        '2020-03-09 10:14:36;0.05',
        '2020-03-09 10:14:37;1e308;-300;',
      ].join('\n'),
    )
    expect(
      rows.map((row) => ('problem' in row ? [row.line, row.problem] : [row.line, row.measures, row.problems])),
    ).toEqual([
      [2, { temperature: 26.01 }, ['Pressure is not a number: NaN']],
      [3, { temperature: 26.02 }, ['Pressure is empty']],
      [4, 'no measured value: Thermocouple is not a number: Infinity; Pressure is not a number: n/a'],
      [5, 'datetime is not a time: yesterday'],
      [6, { pressure: 0.05 }, ['Thermocouple is empty']],
      [7, { temperature: -300, pressure: 1e308 }, []], // numbers: the server judges them
    ])
  })

  it('says which columns there are when one is missing', async () => {
    await expect(rowsOf('when;Pressure;Thermocouple;label\n')).rejects.toThrow(
      /no column datetime; it has when, Pressure/,
    )
  })
})

describe('times', () => {
  it.each([
    ['2020-03-09 10:14:33', 'Z', '2020-03-09T10:14:33Z'],
    ['2020-03-09 10:14:33', '+08:00', '2020-03-09T02:14:33Z'],
    ['2020-03-09T10:14:33.5-0500', '+08:00', '2020-03-09T15:14:33.5Z'],
    ['2020-03-09 10:14', 'Z', '2020-03-09T10:14:00Z'],
    ['1583748873', 'Z', '2020-03-09T10:14:33Z'],
    ['1583748873250', 'Z', '2020-03-09T10:14:33.25Z'],
  ])('%s in zone %s is %s', (text, zone, iso) => {
    expect(parseTime(text, zone)).toBe(Date.parse(iso))
  })

  it.each(['', '09/03/2020', '2020-13-40 10:00:00', 'NaN'])('%j is none', (text) => {
    expect(parseTime(text, 'Z')).toBeUndefined()
  })
})

describe('the mapping', () => {
  it('reads measure=Column pairs', () => {
    expect(parseMap('temperature=Thermocouple, pressure=Volume Flow=Rate')).toEqual({
      columns: new Map([
        ['temperature', 'Thermocouple'],
        ['pressure', 'Volume Flow=Rate'],
      ]),
    })
  })
  it.each([
    ['heat=Thermocouple', /heat is no measure; there are temperature/],
    ['temperature', /temperature needs a column/],
  ])('%s is refused with a reason', (text, reason) => {
    const map = parseMap(text)
    expect('problem' in map && map.problem).toMatch(reason)
  })
})

describe('moving a recording to now', () => {
  it('carries no row ahead of the moment at which it is sent, and the last one exactly to it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20 * 86_400_000 }), { minLength: 1 }),
        fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.double({ min: 1, max: 5000, noNaN: true })),
        (offsets, speedUp) => {
          const now = Date.parse('2026-05-01T08:00:00Z')
          const times = offsets.map((offset) => Date.parse('2020-02-08T13:30:47Z') + offset)
          const span = { first: Math.min(...times), last: Math.max(...times), rows: times.length }
          const shift = shiftToNow(span, now, speedUp)
          for (const time of times) {
            const sentAt = now + (time - span.first) / speedUp
            expect(time + shift).toBeLessThanOrEqual(sentAt + 1)
          }
          expect(Math.abs(span.last + shift - (now + (span.last - span.first) / speedUp))).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it('keeps rows of the same time apart by their seq', async () => {
    const rows = await rowsOf(
      'datetime;Pressure;Thermocouple;label\n2020-03-09 10:14:33;1;20;\n2020-03-09 10:14:33;2;21;\n2020-03-09 10:14:33;1;20;\n',
    )
    const readings = rows.flatMap((row, index) => ('time' in row ? [toReading(row, index, 5, 1000)] : []))
    expect(readings.map(({ time, seq, boot, pressure }) => [time, seq, boot, pressure])).toEqual([
      [Date.parse('2020-03-09T10:14:34Z'), 0, 5, 1],
      [Date.parse('2020-03-09T10:14:34Z'), 1, 5, 2],
      [Date.parse('2020-03-09T10:14:34Z'), 2, 5, 1],
    ])
  })

  it('has a span over all rows with a time, in any order; none where there is none', async () => {
    async function* rows(...times: (number | undefined)[]): AsyncGenerator<Row> {
      for (const [line, time] of times.entries())
        yield time === undefined ? { line, problem: 'no' } : { line, time, measures: {}, extra: {}, problems: [] }
    }
    expect(await spanOf(rows(30, undefined, 10, 20))).toEqual({ first: 10, last: 30, rows: 3 })
    expect(await spanOf(rows(undefined))).toBeUndefined()
  })
})
