import { createOutbox, type Kept, type Outbox } from '../../simulators/outbox.ts'

/**
 * What a device keeps over restarts: a memory for each boot, the oldest sent first. `restart` begins a boot, from 0, which
 * is another number and not always a higher one: a unit that was replaced, or erased.
 */
export const createFlash = (firstBoot: number): Outbox & { restart(boot: number): void; boot(): number } => {
  let boot = firstBoot
  const boots = new Map<number, Outbox>([[boot, createOutbox(boot)]])
  const now = (): Outbox => boots.get(boot) ?? createOutbox(boot)
  const of = (batch: readonly Kept[]): Outbox | undefined => boots.get(batch[0]?.reading.boot ?? boot)
  return {
    boot: () => boot,
    restart: (next) => {
      boot = next
      boots.set(boot, createOutbox(boot))
    },
    room: () => now().room(),
    keep: (readings) => now().keep(readings),
    newest: () => now().newest(),
    take: (most, untilSeq) => {
      for (const [older, outbox] of boots) {
        const batch = outbox.take(most, older === boot ? untilSeq : undefined)
        if (batch.length > 0) return batch
      }
      return []
    },
    acknowledge: (batch, nowMs) => of(batch)?.acknowledge(batch, nowMs),
    giveBack: (batch) => of(batch)?.giveBack(batch),
    commit: (committed) => boots.get(committed.boot)?.commit(committed),
    resend: (resend) => boots.get(resend.boot)?.resend(resend),
    doubt: (nowMs, graceMs) => [...boots.values()].reduce((sum, outbox) => sum + outbox.doubt(nowMs, graceMs), 0),
    counts: () => {
      const all = [...boots.values()].map((outbox) => outbox.counts())
      const sum = now().counts()
      for (const key of Object.keys(sum) as (keyof typeof sum)[])
        sum[key] = all.reduce((total, each) => total + each[key], 0)
      return sum
    },
  }
}
