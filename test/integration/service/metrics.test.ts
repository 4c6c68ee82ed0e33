import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { startRunning } from './running.ts'

const scrape = async (base: string): Promise<Map<string, number>> => {
  const text = await (await fetch(base.replace('/api/v1', '/metrics'))).text()
  const found = new Map<string, number>()
  for (const line of text.split('\n')) {
    const match = /^(zaitu_\w+) (\S+)$/.exec(line)
    if (match !== null) found.set(match[1] ?? '', Number(match[2]))
  }
  return found
}

test('what is counted is what happened, and what waits is said', async () => {
  const running = await startRunning()
  try {
    const { deviceId } = await running.lend('tank-1', { temperature: { high: 30 } })
    const viewer = await running.connect()
    const sent = await running.ask('POST', '/telemetry', {
      deviceId,
      readings: [
        { time: Date.now() - 1_000, temperature: 31 },
        { time: Date.now(), temperature: 32, pressure: -5 },
      ],
    })
    expect(sent.body).toEqual({ stored: 2, deadLetters: 1 })
    await running.settled()
    const figures = await scrape(running.base)
    expect(Object.fromEntries(figures)).toMatchObject({
      zaitu_readings_total: 2,
      zaitu_dead_letters_total: 1,
      zaitu_waiting_readings: 0,
      zaitu_oldest_waiting_seconds: 0,
      zaitu_broker_connected: 1,
      zaitu_database_up: 1,
      zaitu_live_clients: 1,
      zaitu_alarms_active: 1,
      zaitu_refolds_waiting: 0,
    })
    expect(figures.get('zaitu_database_bytes')).toBeGreaterThan(1_000_000)
    expect(figures.get('zaitu_roll_up_lag_seconds')).toBeGreaterThan(0)
    viewer.ws.terminate()
  } finally {
    await running.close()
  }
})

test('the Grafana dashboard asks for nothing that is not there', async () => {
  const running = await startRunning()
  try {
    const there = await (await fetch(running.base.replace('/api/v1', '/metrics'))).text()
    const dashboard = await readFile(new URL('../../../server/grafana.json', import.meta.url), 'utf8')
    for (const name of ['oldest_waiting_seconds', 'redis_connected', 'notifications_dead', 'channels_failing'])
      expect(dashboard).toContain(`zaitu_${name}`)
    const asked = new Set([...dashboard.matchAll(/\b(?:zaitu|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name))
    expect(asked.size).toBeGreaterThan(10)
    expect(
      [...asked].filter((name) => !new RegExp(`^# TYPE ${name.replace(/_(bucket|sum|count)$/, '')} `, 'm').test(there)),
    ).toEqual([])
  } finally {
    await running.close()
  }
})
