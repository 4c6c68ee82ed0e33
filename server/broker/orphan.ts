import type { Logger } from '../log.ts'
import { openBrokerConnection } from './broker-connection.ts'
import type { Share } from './in-flight.ts'
import type { Message } from './source.ts'

/** Nothing has come for this long: then it is empty. */
const QUIET_MS = 1_500
const LONGEST_MS = 120_000

type Options = {
  url: string
  username?: string
  password?: string
  /** whose session */
  clientId: string
  log: Logger
  filters: string[]
  receiveMaximum: number
}

/**
 * Takes in what a broker keeps for a server that is there no longer, and ends that session: the broker would go on dealing
 * it a share of the messages (mosquitto 2662). Answers how many there were. Should the other server be alive after all, it
 * connects again and begins a session anew.
 */
export const emptySession = (
  options: Options,
  share: Share,
  deliver: (message: Message) => void,
  stopped: () => boolean,
): Promise<number> =>
  new Promise((resolve) => {
    let messages = 0
    let unsettled = 0
    let heardAt = performance.now()
    const began = heardAt
    let ready = false
    const connection = openBrokerConnection({
      ...options,
      shared: true,
      ending: true,
      onReady: () => {
        ready = true
        heardAt = performance.now()
      },
      onClosed: (reason) => {
        clearInterval(timer)
        options.log.debug({ reason, clientId: options.clientId }, "another server's session is left")
        resolve(messages)
      },
      onMessage: (message) => {
        messages++
        unsettled++
        heardAt = performance.now()
        deliver({
          ...message,
          acknowledge: (outcome) => {
            unsettled--
            message.acknowledge(outcome)
          },
        })
      },
      share,
      taking: () => true,
      waitForRoom: (resume) => void setTimeout(resume, 100),
    })
    const timer = setInterval(() => {
      const now = performance.now()
      const empty = ready && unsettled === 0 && now - heardAt > QUIET_MS
      if (empty) void connection.close('ends')
      else if (stopped() || now - began > LONGEST_MS) void connection.close()
    }, 100)
  })
