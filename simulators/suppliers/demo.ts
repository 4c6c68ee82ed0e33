import { createClock } from '../clock.ts'
import { driveSuppliers, hurried, wordsOf } from './drive.ts'
import { byPage } from './ways.ts'

/** Each stage is told within so long, for whoever looks on. */
const STAGE_MS = 6 * 60_000

/**
 * The demo's supplier: its line that is latest goes later still, and recovers, stage by stage, by the same HTTP as its
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
  const open = line.stages.length - 1 - line.stages.findLastIndex(({ actualAt }) => actualAt !== null)
  const words = hurried(wordsOf(line, 'recovering', { from: now, seed: now }), now, open * STAGE_MS)
  await driveSuppliers({ words, way, clock: createClock(now, 0, 1), repeats: false, seed: now, signal, say })
}
