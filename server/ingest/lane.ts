/**
 * One thing at a time, in the order it was asked for: what changes the state of streams (a batch, the end of a refold)
 * never overlaps with another.
 */
export type Lane = {
  /** Runs `work` when all before it is done; answers its result. */
  run<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
}

export const createLane = (): Lane => {
  let last: Promise<unknown> = Promise.resolve()
  return {
    run: (work) => {
      const mine = last.then(work, work)
      last = mine.catch(() => undefined)
      return mine
    },
    idle: async () => {
      await last
    },
  }
}
