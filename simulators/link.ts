import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type MqttClient } from 'mqtt'
import { deviceTopic } from '../server/broker/topic.ts'
import { Committed, MAX_PACKET_BYTES, MAX_READINGS, Resend } from '../server/model/reading.ts'
import type { Kept, Outbox } from './outbox.ts'
import { createRandom } from './random.ts'

export type LinkPlan = {
  /** mqtt://host:port */
  url: string
  deviceId: string
  secret: string
  outbox: Outbox
  /** most readings in a message */
  batch?: number
  /** most messages without PUBACK */
  inFlight?: number
  /** after this long between PUBACK and `committed` a reading is sent again; doubles up to an hour */
  doubtMs?: number
  /** a sentence for whoever watches */
  say?: (sentence: string) => void
}

export type Link = {
  connected(): boolean
  /** Connects, and connects again by itself (1 s … 30 s) until it is cut or closed. */
  open(): void
  /** As a truck in a tunnel: the socket dies without a word, and the broker publishes the will. */
  cut(): void
  /** Sends everything that waits now, in as few messages as may be. */
  flush(): void
  /** Says `offline` and goes. What was not acknowledged stays in the outbox. */
  close(): Promise<void>
}

const FIRST_RETRY_MS = 1_000
const LONGEST_RETRY_MS = 30_000
const LONGEST_DOUBT_MS = 3_600_000
/** how long a server may take to hear the last word; its database may be away */
const GOODBYE_MS = 3_000
const PACKET_ROOM = 1024 // topic and header

const encode = (batch: readonly Kept[]) => {
  const readings = batch.map((item) => item.reading)
  return Buffer.from(JSON.stringify(readings.length === 1 ? readings[0] : { readings }))
}

/**
 * The MQTT side of a device: client id = user name = device id, QoS 1, `online` retained and `offline` as the will.
 * Each connection has its own client, so that the outbox alone decides what is sent again.
 */
export const createLink = (plan: LinkPlan): Link => {
  const { url, deviceId, outbox, say = () => {} } = plan
  const most = Math.min(plan.batch ?? MAX_READINGS, MAX_READINGS)
  const mostInFlight = plan.inFlight ?? 8
  const firstDoubtMs = plan.doubtMs ?? 120_000
  const random = createRandom(deviceId, 'link')
  const [committed, resend, status, telemetry] = [
    deviceTopic(deviceId, 'committed'),
    deviceTopic(deviceId, 'resend'),
    deviceTopic(deviceId, 'status'),
    deviceTopic(deviceId, 'telemetry'),
  ]
  let client: MqttClient | undefined
  let ready = false
  let wanted = false
  let retryMs = FIRST_RETRY_MS
  let retry: NodeJS.Timeout | undefined
  let doubtMs = firstDoubtMs
  let doubting: NodeJS.Timeout | undefined
  let until = -1
  const flying = new Set<Kept[]>()

  const pump = () => {
    const session = client
    while (session && ready && flying.size < mostInFlight) {
      let batch = outbox.take(most, until)
      if (batch.length === 0) return
      let payload = encode(batch)
      while (payload.length > MAX_PACKET_BYTES - PACKET_ROOM && batch.length > 1) {
        outbox.giveBack(batch.slice(batch.length >> 1))
        batch = batch.slice(0, batch.length >> 1)
        payload = encode(batch)
      }
      const sent = batch
      flying.add(sent)
      session.publish(telemetry, payload, { qos: 1 }, (error) => {
        if (session !== client || !flying.delete(sent)) return
        if (error) outbox.giveBack(sent)
        else outbox.acknowledge(sent, Date.now())
        pump()
      })
    }
  }

  const hear = (topic: string, payload: Buffer) => {
    let body: unknown
    try {
      body = JSON.parse(payload.toString())
    } catch {
      return say(`${deviceId}: what came on ${topic} is not JSON`)
    }
    if (topic === committed) {
      const parsed = Committed.safeParse(body)
      if (!parsed.success) return say(`${deviceId}: a committed message that cannot be read`)
      outbox.commit(parsed.data)
      doubtMs = firstDoubtMs
    } else if (topic === resend) {
      const parsed = Resend.safeParse(body)
      if (!parsed.success) return say(`${deviceId}: a resend message that cannot be read`)
      outbox.resend(parsed.data)
      pump()
    }
  }

  const drop = () => {
    client = undefined
    ready = false
    for (const batch of flying) outbox.giveBack(batch)
    flying.clear()
    clearTimeout(doubting)
  }

  const doubt = () => {
    doubting = setTimeout(() => {
      if (outbox.doubt(Date.now(), doubtMs) > 0) doubtMs = Math.min(doubtMs * 2, LONGEST_DOUBT_MS)
      pump()
      doubt()
    }, doubtMs / 4)
    doubting.unref()
  }

  const dial = () => {
    const session = connect(url, {
      clientId: deviceId,
      username: deviceId,
      password: plan.secret,
      protocolVersion: 4,
      clean: true,
      reconnectPeriod: 0,
      connectTimeout: 10_000,
      keepalive: 30,
      resubscribe: false,
      will: { topic: status, payload: Buffer.from('offline'), qos: 1, retain: true },
    })
    client = session
    session.on('connect', () => {
      if (session !== client) return
      ready = true
      retryMs = FIRST_RETRY_MS
      session.subscribe([committed, resend], { qos: 1 }, (error) => {
        if (error) say(`${deviceId}: cannot listen for committed: ${error.message}`)
      })
      session.publish(status, 'online', { qos: 1, retain: true })
      until = Math.max(until, outbox.newest())
      doubt()
      pump()
    })
    session.on('message', hear)
    session.on('error', (error) => {
      if (session === client) say(`${deviceId}: ${error.message || error.name}`)
    })
    session.on('close', () => {
      if (session !== client) return
      drop()
      session.end(true)
      if (!wanted) return
      retry = setTimeout(dial, retryMs * random.between(0.5, 1))
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
    })
  }

  return {
    connected: () => ready,
    open() {
      if (wanted) return
      wanted = true
      dial()
    },
    cut() {
      wanted = false
      clearTimeout(retry)
      const session = client
      drop()
      session?.end(true)
    },
    flush() {
      until = outbox.newest()
      pump()
    },
    async close() {
      wanted = false
      clearTimeout(retry)
      const session = client
      if (session && ready) {
        const goodbye = session
          .publishAsync(status, 'offline', { qos: 1, retain: true })
          .then(() => session.endAsync())
          .catch((error: unknown) => say(`${deviceId}: left without a word: ${error}`))
        await Promise.race([goodbye, sleep(GOODBYE_MS, undefined, { ref: false })])
      }
      drop()
      session?.end(true)
    },
  }
}
