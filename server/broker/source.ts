/** What became of a message: readings that are stored (duplicates among them), and letters that wait for a person. */
export type Outcome = { stored: number; deadLetters: number }

/**
 * A message on its way in, whoever carried it. It is acknowledged or refused, once.
 * `acknowledge` means that everything in it has been dealt with on disk (stored, or a dead letter).
 */
export type Message = {
  topic: string
  payload: Buffer
  /** its length, where it was too large to be taken, and `payload` is its beginning only: it becomes a dead letter */
  wholeBytes?: number
  /** epoch milliseconds at which it reached us */
  receivedAt: number
  acknowledge(outcome?: Outcome): void
  /**
   * It will never be taken (too many readings …): the sender's connection is closed, or it is told so. Absent where the
   * sender is out of reach, behind an external broker: such a message becomes a dead letter instead.
   */
  refuse?(reason: string): void
}

/**
 * Where messages come from and where answers to devices go: the embedded broker or the client of an external one.
 * A source delivers a message at least once, keeps no more than a bounded number unacknowledged, and survives an
 * outage of the other side by itself.
 */
export type Source = {
  /** Begins to deliver. Rejects when the broker can't be started (port taken …); an external broker may come later. */
  start(deliver: (message: Message) => void): Promise<void>
  /** Publishes at QoS 1; resolves once the broker has it. Rejects when it can't be reached. */
  publish(topic: string, payload: string, options?: { retain?: boolean }): Promise<void>
  /** Takes in what waits at the broker for another server, which is there no longer, and ends its session. */
  takeOver?(name: string): Promise<void>
  /** Takes no new messages; those in flight may still be acknowledged. */
  pause(): Promise<void>
  /** Ends connections. What is unacknowledged will come again. */
  close(): Promise<void>
  /** false while an external broker is out of reach */
  connected(): boolean
  /** How often an external broker has been reached anew. */
  connections?(): number
}

/**
 * Counts a message out, then settles it; once. Built apart from where it is used, so that a message in flight keeps
 * nothing of its packet alive; and returned without a name, because tsx defines the name of a named function anew for
 * each message (a tenth of the time).
 */
export const acknowledging = (release: () => boolean, settle: (() => void) | undefined) => (): void => {
  if (release()) settle?.()
}
