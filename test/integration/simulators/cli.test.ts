import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startBroker } from './broker.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const CLI = join(ROOT, 'simulators/cli.ts')
const RECORDINGS = resolve(ROOT, '../shared/data/telemetry')

let broker: Awaited<ReturnType<typeof startBroker>>
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'))
})
beforeEach(async () => {
  broker = await startBroker()
})
afterEach(() => broker.close())
afterAll(() => rm(folder, { recursive: true }))

const run = async (...args: string[]) => {
  const child = spawn(process.execPath, ['--import', 'tsx', CLI, ...args], { cwd: ROOT })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  return { code, output }
}
const MAP = ['--map', 'temperature=Thermocouple,pressure=Pressure', '--time', 'datetime', '--delimiter', ';']
const AS = (deviceId: string) => ['--mqtt', broker.url, '--device', deviceId, '--secret', 'secret']

describe('replay', { timeout: 60_000 }, () => {
  it('tells what became of every row', async () => {
    const file = join(folder, 'bad.csv')
    await writeFile(
      file,
      'datetime;Pressure;Thermocouple\n2020-03-09 10:14:33;0.1;20\n2020-03-09 10:14:33;NaN;21\nnever;0.1;20\n2020-03-09 10:14:34;;\n',
    )
    const before = Date.now()
    const { code, output } = await run(
      'replay',
      '--file',
      file,
      ...MAP,
      ...AS('bad'),
      '--speed-up',
      '0',
      '--zone',
      '+08:00',
    )
    expect(output).toContain('line 3: sent without it: Pressure is not a number: NaN')
    expect(output).toContain('line 4: not sent: datetime is not a time: never')
    expect(output).toContain('line 5: not sent: no measured value: Thermocouple is empty; Pressure is empty')
    expect(output).toContain('rows read 4 = readings 2 + unsendable 2\n')
    expect(output).toContain('readings sent 2, acknowledged 2, committed 2, sent again 0')
    expect(code).toBe(0)
    expect(broker.readings.map(({ seq, temperature, pressure }) => [seq, temperature, pressure])).toEqual([
      [0, 20, 0.1],
      [1, 21, undefined],
    ])
    for (const { time } of broker.readings) {
      expect(time).toBeGreaterThan(before - 1_000)
      expect(time).toBeLessThanOrEqual(Date.now())
    }
  })

  it('explains a wrong call and ends with 2', async () => {
    const { code, output } = await run('replay', '--file', 'none.csv', '--time', 't', '--map', 'heat=x')
    expect(output).toMatch(/^heat is no measure; there are temperature/)
    expect(code).toBe(2)
  })

  const there = existsSync(RECORDINGS)
  if (!there) console.log(`skipped: the recordings are not in ${RECORDINGS}`)
  it.skipIf(!there)('sends a real recording whole, rows below −1 atm included: the server judges them', async () => {
    const file = join(RECORDINGS, 'anomaly-free.csv')
    const { code, output } = await run(
      'replay',
      '--file',
      file,
      ...MAP,
      ...AS('skab'),
      '--speed-up',
      '0',
      '--batch',
      '500',
    )
    expect(output).toContain('rows read 9405 = readings 9405 + unsendable 0\n')
    expect(output).toContain('readings sent 9405, acknowledged 9405, committed 9405, sent again 0')
    expect(code).toBe(0)
    expect(broker.readings.filter(({ pressure }) => Number(pressure) < -1.01325)).toHaveLength(2)
    expect(Math.max(...broker.messages)).toBeLessThanOrEqual(500)
    expect(broker.readings.map(({ seq }) => seq)).toEqual(Array.from({ length: 9405 }, (_, seq) => seq))
  })
})

describe('demo', { timeout: 60_000 }, () => {
  it('takes its list from the process that forked it, sends history at once, and ends with it', async () => {
    const child = fork(CLI, ['demo', '--mqtt', broker.url], { cwd: ROOT, execArgv: ['--import', 'tsx'], silent: true })
    const gone = once(child, 'exit')
    child.send([
      {
        deviceId: 'demo-1',
        secret: 'secret',
        substanceCas: '67-56-1',
        scenario: 'heating',
        route: 'antwerp-lyon',
        pressureReference: 'gauge',
        startedAt: new Date(Date.now() - 8 * 3_600_000).toISOString(),
        intervalSeconds: 10,
      },
    ])
    await vi.waitUntil(() => broker.readings.length >= 2160, { timeout: 20_000 })
    expect((broker.readings[0]?.time ?? 0) - Date.now()).toBeLessThan(-5.9 * 3_600_000)
    child.disconnect()
    const [code] = await gone
    expect(code).toBe(0)
    expect(broker.statuses.at(-1)).toEqual({ deviceId: 'demo-1', status: 'offline' })
  })
})
