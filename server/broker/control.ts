import { connect } from 'mqtt'
import { z } from 'zod'
import type { Logger } from '../log.ts'

const REQUEST = '$CONTROL/dynamic-security/v1'
const RESPONSE = `${REQUEST}/response`
const ANSWER_MS = 5_000
const RETRY_MS = 500

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
  const onceConnected: (() => void)[] = []
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
      for (const go of onceConnected.splice(0)) go()
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
      const numbered = commands.map((command) => {
        count += 1
        return { ...command, correlationData: `${clientId} ${count}` }
      })
      let timer: NodeJS.Timeout | undefined
      let over = false
      const silent = new Promise<never>((_, reject) => {
        const reason = () => (isConnected ? 'the MQTT broker does not answer' : 'the MQTT broker is out of reach')
        timer = setTimeout(() => reject(new Error(reason())), ANSWER_MS)
      })
      const answers = async (): Promise<Answer[]> => {
        // the broker cuts us off for a moment when it is told of our own account
        if (!isConnected) await new Promise<void>((resolve) => onceConnected.push(resolve))
        // never said after its caller was told that it wasn't
        if (over) throw new Error('too late')
        const answered = Promise.all(
          numbered.map(
            ({ correlationData }) =>
              new Promise<Answer>((resolve, reject) => waiting.set(correlationData, { resolve, reject })),
          ),
        )
        // not QoS 1: that would be sent again on the next connection
        client.publish(REQUEST, JSON.stringify({ commands: numbered }), { qos: 0 })
        return answered
      }
      try {
        return await Promise.race([answers(), silent])
      } finally {
        clearTimeout(timer)
        over = true
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
