/**
 * A publisher that costs little: raw MQTT 3.1.1 over `net`, QoS 1, a window of unacknowledged messages per
 * connection. It shares two cores with what it measures, so it writes many packets at a time and reads only as much
 * of an answer as tells one PUBACK from another.
 *
 * As a module: `createPublisher(options)`. As a process: `node --import tsx test/bench/publisher.ts '{"port":1883,…}'`
 * (JSON of PublisherOptions without functions, and `seconds`; `-` reads it from standard input); it prints one JSON line
 * when connected and one with the Result when done. SIGTERM stops it early.
 */
import { connect, type Socket } from 'node:net'
import { text as readAll } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export type Account = { deviceId: string; secret: string }

export type PublisherOptions = {
  host?: string
  port: number
  /** one connection each; client id = user name = device id */
  devices: Account[]
  /** unacknowledged messages per connection; at most 65,535 */
  window?: number
  /** messages in total, spread evenly; without it until `stop()` */
  count?: number
  /** messages per second over all connections; without it as fast as the window allows */
  rate?: number
  /** readings in a message, where no `payload` is given; default 1 */
  readings?: number
  /** a tank in transit instead: readings this far apart, all measures, calm; ms */
  stepMs?: number
  /** of the devices; default 1 */
  boot?: number
  /** one device of 64 is beyond 40 °C for a hundred readings at a time, so that alarms are raised and told */
  hot?: boolean
  /** the n-th message of a device */
  payload?: (device: number, n: number) => Buffer | string
  /** default `zaitu/v1/devices/{id}/telemetry` */
  topic?: (deviceId: string) => string
}

export type Publisher = {
  /** Resolves when every connection has its CONNACK; rejects when one is refused. */
  connected: Promise<void>
  /** Starts to send. Resolves once everything asked for is acknowledged, or after `stop()` once what was sent is. */
  run(): Promise<Result>
  stop(): void
  /** messages sent and acknowledged so far */
  progress(): { sent: number; acknowledged: number }
  close(): void
}

export type Result = { sent: number; acknowledged: number; seconds: number; perSecond: number }

/** about as much is written at once to a socket, bytes */
const UNSENT_BYTES = 262_144

const text = (value: string) => {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

const lengthBytes = (length: number) => {
  const bytes: number[] = []
  for (let left = length; ; left = Math.floor(left / 128)) {
    if (left < 128) return [...bytes, left]
    bytes.push((left % 128) | 0x80)
  }
}

/** CONNECT with a clean session and a keepalive of 60 s. */
export const connectPacket = (deviceId: string, secret: string): Buffer => {
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([4, 0xc2, 0, 60]),
    text(deviceId),
    text(deviceId),
    text(secret),
  ])
  return Buffer.concat([Buffer.from([0x10, ...lengthBytes(body.length)]), body])
}

const reading = (time: number, boot: number, seq: number, hot: boolean) =>
  `{"time":${time},"boot":${boot},"seq":${seq},"temperature":${((hot && seq % 200 >= 100 ? 42 : 20) + (seq % 100) / 10).toFixed(1)},"pressure":1.${seq % 10}}`

/**
 * One reading, or a batch of them 1 ms apart, with `seq` going on from message to message. A device's times go on as well,
 * so that batches come in order as those of a real device do, and not as late data.
 */
/** A tank on a summer's day, with the noise of its sensors: nothing that any rule would call. */
const calm = (time: number, seq: number) => {
  const noise = ((seq * 7919) % 101) / 101 - 0.5
  const celsius = 22 + 2 * Math.sin(time / 13_000_000) + 0.1 * noise
  const measures = `"temperature":${celsius.toFixed(2)},"pressure":${(1.2 + 0.004 * (celsius - 22) + 0.002 * noise).toFixed(4)},"level":0.9`
  return `{"time":${time},"boot":1,"seq":${seq},${measures},"ambient":${(24 + noise).toFixed(1)},"lat":31.2,"lon":121.5,"battery":88}`
}

const createPayload = (readings: number, stepMs: number | undefined, boot: number, hot: boolean) => {
  const began = Date.now()
  if (stepMs !== undefined) {
    const from = began - 20 * 86_400_000
    return (_device: number, n: number) =>
      `{"readings":[${Array.from({ length: readings }, (_, k) => calm(from + (n * readings + k) * stepMs, n * readings + k)).join()}]}`
  }
  return (device: number, n: number) => {
    const isHot = hot && device % 64 === 0
    if (readings === 1) return reading(Date.now(), boot, n, isHot)
    const items: string[] = []
    for (let k = 0; k < readings; k += 1) items.push(reading(began + n * readings + k, boot, n * readings + k, isHot))
    return `{"readings":[${items.join()}]}`
  }
}

type Line = {
  index: number
  socket: Socket
  topic: Buffer
  connected: boolean
  sent: number
  acknowledged: number
  /** bytes of an answer that came cut in two */
  rest: Buffer
  quota: number
}

export const createPublisher = (options: PublisherOptions): Publisher => {
  const { host = '127.0.0.1', port, devices, rate, count } = options
  const window = Math.min(options.window ?? 100, 65_535)
  const payload =
    options.payload ?? createPayload(options.readings ?? 1, options.stepMs, options.boot ?? 1, options.hot ?? false)
  const topicOf = options.topic ?? ((deviceId: string) => `zaitu/v1/devices/${deviceId}/telemetry`)
  const share = (index: number) =>
    count === undefined
      ? Number.POSITIVE_INFINITY
      : Math.floor(count / devices.length) + (index < count % devices.length ? 1 : 0)

  let running = false
  let stopped = false
  let allowed = rate === undefined ? Number.POSITIVE_INFINITY : 0
  let sent = 0
  let acknowledged = 0
  let failed: (error: Error) => void = () => {}
  let settled: () => void = () => {}

  const slab = Buffer.allocUnsafe(262_144)

  const send = (line: Line) => {
    let room = Math.min(window - (line.sent - line.acknowledged), line.quota - line.sent, Math.floor(allowed))
    if (!running || stopped || room <= 0 || line.socket.writableNeedDrain) return
    const most = Math.floor(UNSENT_BYTES / line.topic.length)
    room = Math.min(room, most)
    let at = 0
    for (; room > 0; room -= 1) {
      const body = payload(line.index, line.sent)
      const size = typeof body === 'string' ? Buffer.byteLength(body) : body.length
      const remaining = line.topic.length + 2 + size
      if (at + remaining + 5 > slab.length) {
        if (at > 0) line.socket.write(Buffer.from(slab.subarray(0, at)))
        at = 0
      }
      const into = remaining + 5 > slab.length ? Buffer.allocUnsafe(remaining + 5) : slab
      const start = at
      into[at++] = 0x32
      for (const byte of lengthBytes(remaining)) into[at++] = byte
      at += line.topic.copy(into, at)
      const messageId = (line.sent % 65_535) + 1
      into[at++] = messageId >> 8
      into[at++] = messageId & 0xff
      at += typeof body === 'string' ? into.write(body, at) : body.copy(into, at)
      if (into !== slab) {
        line.socket.write(into.subarray(start, at))
        at = 0
      }
      line.sent += 1
      sent += 1
      if (rate !== undefined) allowed -= 1
    }
    if (at > 0) line.socket.write(Buffer.from(slab.subarray(0, at)))
  }

  const finished = () => (stopped ? acknowledged === sent : count !== undefined && acknowledged >= count)

  const receive = (line: Line, chunk: Buffer) => {
    const bytes = line.rest.length > 0 ? Buffer.concat([line.rest, chunk]) : chunk
    let at = 0
    // every answer that comes here (CONNACK, PUBACK, PINGRESP) has a length of one byte
    while (at + 2 <= bytes.length) {
      const end = at + 2 + (bytes[at + 1] ?? 0)
      if (end > bytes.length) break
      const kind = bytes[at]
      if (kind === 0x40) {
        line.acknowledged += 1
        acknowledged += 1
      } else if (kind === 0x20) {
        if (bytes[at + 3] !== 0) return failed(new Error(`${devices[line.index]?.deviceId}: CONNACK ${bytes[at + 3]}`))
        line.connected = true
        if (lines.every((each) => each.connected)) allConnected()
      }
      at = end
    }
    line.rest = bytes.subarray(at)
    if (finished()) settled()
    else send(line)
  }

  let allConnected: () => void = () => {}
  const connected = new Promise<void>((resolve, reject) => {
    allConnected = resolve
    failed = reject
  })
  connected.catch(() => {}) // the caller may look later

  const lines: Line[] = devices.map(({ deviceId, secret }, index) => {
    const socket = connect({ host, port, noDelay: true })
    const line: Line = {
      index,
      socket,
      topic: text(topicOf(deviceId)),
      connected: false,
      sent: 0,
      acknowledged: 0,
      rest: Buffer.alloc(0),
      quota: share(index),
    }
    socket.on('connect', () => socket.write(connectPacket(deviceId, secret)))
    socket.on('data', (chunk) => receive(line, chunk))
    socket.on('drain', () => send(line))
    socket.on('error', (error) => failed(error))
    socket.on('close', () => failed(new Error(`the connection of ${deviceId} was closed`)))
    return line
  })

  const pings = setInterval(() => {
    for (const line of lines) if (line.connected) line.socket.write(Buffer.from([0xc0, 0]))
  }, 20_000)
  pings.unref()

  const close = () => {
    clearInterval(pings)
    for (const line of lines) line.socket.destroy()
  }

  const run = async (): Promise<Result> => {
    await connected
    const started = performance.now()
    running = true
    let pacing: NodeJS.Timeout | undefined
    let next = 0
    if (rate === undefined) for (const line of lines) send(line)
    else {
      let last = started
      pacing = setInterval(() => {
        const now = performance.now()
        allowed = Math.min(allowed + ((now - last) / 1000) * rate, rate)
        last = now
        // a round over all connections, each a fair part of what is due, beginning where the last one ended
        const part = Math.max(1, Math.ceil(allowed / lines.length))
        for (let tried = 0; tried < lines.length && allowed >= 1; tried += 1) {
          const line = lines[next++ % lines.length]
          if (!line) continue
          const keep = allowed
          allowed = Math.min(part, keep)
          const before = allowed
          send(line)
          allowed = keep - (before - allowed)
        }
      }, 5)
    }
    try {
      await new Promise<void>((resolve, reject) => {
        settled = resolve
        failed = reject
        if (finished()) resolve()
      })
    } finally {
      clearInterval(pacing)
      running = false
    }
    const seconds = (performance.now() - started) / 1000
    return { sent, acknowledged, seconds, perSecond: acknowledged / seconds }
  }

  return {
    connected,
    run,
    stop: () => {
      stopped = true
      if (finished()) settled()
    },
    progress: () => ({ sent, acknowledged }),
    close,
  }
}

const main = async () => {
  const { seconds, ...options }: PublisherOptions & { seconds?: number } = JSON.parse(
    process.argv[2] === '-' ? await readAll(process.stdin) : (process.argv[2] ?? '{}'),
  )
  const publisher = createPublisher(options)
  await publisher.connected
  console.log(JSON.stringify({ connected: options.devices.length }))
  process.once('SIGTERM', () => publisher.stop())
  if (seconds !== undefined) setTimeout(() => publisher.stop(), seconds * 1000)
  const result = await publisher.run()
  console.log(JSON.stringify(result))
  publisher.close()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
