import { createClock } from '../clock.ts'
import { driveSuppliers, hurried, type SimulatedLine, wordsOf } from './drive.ts'
import { byPage } from './ways.ts'

/** Each stage is told within so long: all of a line's in about eight minutes, while somebody looks on. */
const STAGE_MS = 100_000
/** The same story at each start. */
const SEED = 20_261_123

/** All that the demo's supplier says of a line from `now` on, epoch ms. Pure. */
export const demoWords = (line: SimulatedLine, now: number) => {
  const open = line.stages.length - 1 - line.stages.findLastIndex(({ actualAt }) => actualAt !== null)
  return hurried(wordsOf(line, 'recovering', { from: now, seed: SEED, run: now }), now, open * STAGE_MS)
}

/**
 * The demo's supplier: its line that is needed soonest goes late, and recovers, stage by stage, by the same HTTP as its
 * page. Ends when all stages are done.
 */
export const runDemoSupplier = async (
  link: string,
  { say, signal }: { say(sentence: string): void; signal: AbortSignal },
): Promise<void> => {
  const way = await byPage(link)
  const { items } = await way.lines()
  // begun and not done; the soonest needed comes first
  const line = items.find(({ reached, done }) => reached !== null && done < 1)
  if (line === undefined) return
  const now = Date.now()
  const words = demoWords(line, now)
  await driveSuppliers({ words, way, clock: createClock(now, 0, 1), repeats: false, seed: SEED, signal, say })
}
