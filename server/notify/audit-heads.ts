import { open } from 'node:fs/promises'
import type { Logger } from '../log.ts'
import type { PublishedHead } from '../model/audit.ts'

/** Where the ends of the audit's chains are kept outside. Rejects with a sentence when they could not be. */
export type HeadTarget = { name: 'file' | 'url'; publish(heads: PublishedHead[]): Promise<void> }

/** A line for each organisation, at the end of a file; on disk when it resolves. */
export const headFile = (path: string): HeadTarget => ({
  name: 'file',
  publish: async (heads) => {
    const file = await open(path, 'a', 0o644)
    try {
      await file.appendFile(heads.map((head) => `${JSON.stringify(head)}\n`).join(''))
      await file.datasync()
    } finally {
      await file.close()
    }
  },
})

const PATIENCE_MS = 10_000

/** One POST of `{"heads":[{org,seq,hash,at}…]}`; a redirect counts as a failure. */
export const headUrl = (url: string, patienceMs = PATIENCE_MS): HeadTarget => ({
  name: 'url',
  publish: async (heads) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ heads }),
      redirect: 'error',
      signal: AbortSignal.timeout(patienceMs),
    })
    await answer.body?.cancel()
    if (!answer.ok) throw new Error(`AUDIT_HEADS_URL answered ${answer.status}`)
  },
})

type Deps = {
  targets: readonly HeadTarget[]
  heads(): Promise<PublishedHead[]>
  /** the day that is ours to publish, or null when there is nothing to do */
  claim(target: string): Promise<string | null>
  done(day: string, target: string): Promise<void>
  log: Logger
  everyMs?: number
}

/**
 * Publishes where the chains end, once a day whichever server does it. What failed is tried again once its claim has run
 * out; a server that dies between publishing and saying so publishes a day twice, which is harmless.
 */
export const createHeadPublisher = ({ targets, heads, claim, done, log, everyMs = 600_000 }: Deps) => {
  let running: Promise<void> | null = null

  const turn = async (): Promise<void> => {
    for (const target of targets) {
      try {
        // a day on which nothing is there yet is not over with that
        if ((await heads()).length === 0) continue
        const day = await claim(target.name)
        if (day === null) continue
        await target.publish(await heads())
        await done(day, target.name)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        log.warn({ target: target.name, error: reason }, 'the heads of the audit could not be published yet')
      }
    }
  }
  const run = (): void => {
    running ??= turn().finally(() => {
      running = null
    })
  }
  const timer = targets.length === 0 ? null : setInterval(run, everyMs)
  if (timer !== null) run()

  return {
    stop: async (): Promise<void> => {
      if (timer !== null) clearInterval(timer)
      await running
    },
  }
}
