const leftovers: (() => unknown)[] = []

/** Runs after the test, last first, whatever became of it. */
export const afterwards = (work: () => unknown) => leftovers.push(work)

/** Does what was left to be done; one that fails keeps none of the others from being done. */
export const tidy = async (): Promise<void> => {
  const failed: unknown[] = []
  for (let work = leftovers.pop(); work; work = leftovers.pop()) {
    try {
      await work()
    } catch (error) {
      failed.push(error)
    }
  }
  if (failed.length > 0) throw failed[0]
}
