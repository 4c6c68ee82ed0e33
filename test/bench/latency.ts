import mqtt from 'mqtt'
import { WebSocket } from 'ws'
import { deviceTopic } from '../../server/broker/topic.ts'
import { install, percentile, publish, startServer } from './rig.ts'

export type Latency = { p50: number; p95: number; p99: number; samples: number }

const GAP_MS = 40

/** ms from publishing a reading that passes (or leaves) its limit to the alarm's frame at a WebSocket client. */
export const measureLatency = async (
  databaseServer: string,
  mqttUrl: string | null,
  samples: number,
  background: number,
): Promise<Latency> => {
  const installation = await install(databaseServer, 101)
  const server = await startServer(installation.url, mqttUrl)
  const [probe, ...others] = installation.accounts
  if (probe === undefined) throw new Error('no devices')
  const load = background === 0 ? null : publish({ port: server.mqttPort, devices: others, rate: background })
  await load?.connected
  const device = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.mqttPort}`, {
    clientId: probe.deviceId,
    username: probe.deviceId,
    password: probe.secret,
  })
  const ws = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/live`, { headers: { cookie: server.cookie } })
  await new Promise((resolve) => ws.once('open', resolve))
  let heard: (() => void) | null = null
  const snapshot = new Promise<void>((resolve) => {
    ws.on('message', (data) => {
      const frame = JSON.parse(data.toString()) as { type: string; alarm?: { deviceId: string } }
      if (frame.type === 'snapshot') resolve()
      if (frame.type === 'alarm' && frame.alarm?.deviceId === probe.deviceId) heard?.()
    })
  })
  ws.send(JSON.stringify({ type: 'subscribe', topic: 'alarms' }))
  await snapshot
  const times: number[] = []
  for (let i = 0; i < samples + 10; i++) {
    const frame = new Promise<void>((resolve) => {
      heard = resolve
    })
    const began = performance.now()
    device.publish(
      deviceTopic(probe.deviceId, 'telemetry'),
      JSON.stringify({ time: Date.now(), seq: i, boot: 1, temperature: i % 2 === 0 ? 45 : 20 }),
      { qos: 1 },
    )
    await frame
    if (i >= 10) times.push(performance.now() - began)
    await new Promise((resolve) => setTimeout(resolve, GAP_MS * (0.5 + Math.random())))
  }
  load?.stop()
  await load?.finished
  await device.endAsync(true)
  ws.terminate()
  await server.stop()
  await installation.drop()
  return {
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    samples: times.length,
  }
}
