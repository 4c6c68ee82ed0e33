import type { Message } from './broker/source.ts'
import type { Submitted } from './routes/dependencies.ts'

/** A caller over HTTP gives up on its own after a while; sooner is more useful. */
const PATIENCE_MS = 10_000
/** With so much waiting already, a new body would only wait for its time-out. Readings. */
const MOST_WAITING = 100_000
/** Bodies that are not dealt with yet, whether or not their callers still wait. Bytes. */
const MOST_HELD = 64 * 1_048_576

/** The HTTP way into the pipeline: the same path as MQTT from decode on, answered when it is on disk. */
export const createSubmit = ({ deliver, waiting }: { deliver(message: Message): void; waiting(): number }) => {
  let held = 0
  return (message: { topic: string; payload: Buffer; receivedAt: number }): Promise<Submitted> => {
    const busy = {
      ok: false,
      status: 503,
      reason: 'The readings could not be stored in time. Send them again; none is lost or doubled by that.',
    } as const
    if (waiting() > MOST_WAITING || held > MOST_HELD) return Promise.resolve(busy)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(busy), PATIENCE_MS)
      const settle = (answer: Submitted): void => {
        held -= message.payload.length
        clearTimeout(timer)
        resolve(answer)
      }
      held += message.payload.length
      deliver({
        ...message,
        acknowledge: (outcome = { stored: 0, deadLetters: 0 }) => settle({ ok: true, ...outcome }),
        refuse: (reason) => settle({ ok: false, status: 413, reason }),
      })
    })
  }
}
