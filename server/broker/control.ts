import { connect } from 'mqtt'
import { z } from 'zod'
import type { Logger } from '../log.ts'

const REQUEST = '$CONTROL/dynamic-security/v1'
const RESPONSE = `${REQUEST}/response`
const ANSWER_MS = 5_000
const RETRY_MS = 2_000

export type Command = { command: string; [field: string]: unknown }
const Answer = z.object({
  command: z.string(),
  correlationData: z.string().optional(),
  error: z.string().optional(),
  data: z.unknown().optional(),
})
export type Answer = z.infer<typeof Answer>
const Answers = z.object({ responses: z.array(Answer) })

export type Control = {
  /** The broker may come later. */
  open(): void
  /** An answer for each command, in their order; a refused one carries `error`. Rejects when the broker is silent. */
  request(commands: readonly Command[]): Promise<Answer[]>
  connected(): boolean
  close(): Promise<void>
}

export type ControlOptions = {
  url: string
  username: string
  password?: string | undefined
  /** of this connection; another one than of that which carries messages */
  clientId: string
  log: Logger
  onConnected: () => void
}

/**
 * Speaks with Mosquitto's dynamic-security plugin over its control topic, on a connection of its own, so that neither
 * waits behind readings. It connects anew by itself; what was not answered by then is rejected.
 */
export const createControl = ({ url, username, password, clientId, log, onConnected }: ControlOptions): Control => {
  type Waiting = { resolve: (answer: Answer) => void; reject: (error: Error) => void }
  const waiting = new Map<string, Waiting>()
  let isConnected = false
  let count = 0

  const client = connect(url, {
    protocolVersion: 5,
    clientId,
    username,
    ...(password !== undefined && { password }),
    clean: true,
    keepalive: 30,
    reconnectPeriod: RETRY_MS,
    queueQoSZero: false,
    manualConnect: true,
  })
  const lose = (reason: string) => {
    isConnected = false
    for (const { reject } of waiting.values()) reject(new Error(reason))
    waiting.clear()
  }
  client.on('connect', () => {
    client.subscribe(RESPONSE, { qos: 1 }, (error, granted) => {
      if (error !== null || granted?.some(({ qos }) => qos >= 128) !== false) {
        log.error({ reason: error?.message }, `the account ${username} may not manage the broker's dynamic security`)
        return
      }
      isConnected = true
      onConnected()
    })
  })
  client.on('close', () => lose('the connection to the MQTT broker was lost'))
  client.on('error', (error) => log.warn({ reason: error.message }, 'the accounts of the MQTT broker are out of reach'))
  client.on('message', (_topic, payload) => {
    const parsed = Answers.safeParse(parseJson(payload.toString('utf8')))
    if (!parsed.success) return log.warn({}, 'the MQTT broker answered in a way that is not understood')
    for (const answer of parsed.data.responses) {
      const id = answer.correlationData ?? ''
      waiting.get(id)?.resolve(answer)
      waiting.delete(id)
    }
  })

  return {
    open: () => void client.connect(),
    request: async (commands) => {
      if (!isConnected) throw new Error('the MQTT broker is out of reach')
      const numbered = commands.map((command) => {
        count += 1
        return { ...command, correlationData: `${clientId} ${count}` }
      })
      let timer: NodeJS.Timeout | undefined
      const answers = Promise.all(
        numbered.map(
          ({ correlationData }) =>
            new Promise<Answer>((resolve, reject) => waiting.set(correlationData, { resolve, reject })),
        ),
      )
      const silent = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error('the MQTT broker does not answer')), ANSWER_MS)
      })
      const refused = new Promise<never>((_, reject) => {
        client.publish(REQUEST, JSON.stringify({ commands: numbered }), { qos: 1 }, (error) => {
          if (error) reject(error)
        })
      })
      try {
        return await Promise.race([answers, silent, refused])
      } finally {
        clearTimeout(timer)
        for (const { correlationData } of numbered) waiting.delete(correlationData)
      }
    },
    connected: () => isConnected,
    close: async () => {
      lose('we are stopping')
      await client.endAsync(true)
    },
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
