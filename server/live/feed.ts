import type { Logger } from '../log.ts'

/** Who listens: an organisation and, for a share link, the one shipment of it. */
export type Viewer = { orgId: string; shipmentId: string | null }

/** An alarm change on its way to clients, already as text; `cursor` orders it. Without a shipment it is of an order line. */
export type Entry<Cursor> = { cursor: Cursor; audience: readonly string[]; shipmentId: string | null; frame: string }

export type FeedSource<Cursor> = {
  /** All changes up to it can be read, and none that comes later is before it. */
  head(): Promise<Cursor>
  /** In order, after `cursor`; what one viewer sees, or all with null. */
  after(cursor: Cursor, viewer: Viewer | null, most: number): Promise<Entry<Cursor>[]>
  isAfter(a: Cursor, b: Cursor): boolean
}

const PAGE = 500
/** Changes kept to join a client that has caught up from the database without a gap. */
const RECENT = 5_000
/** The poll is the truth, a hint only makes it sooner. */
const POLL_MS = 500
/** A change that was hinted at stays hidden while an older transaction is open (reliability, 9), mostly for milliseconds. */
const AGAIN_MS = 4

export type Follower<Cursor> = {
  viewer: Viewer
  send(frame: string): void
  /** Resolves when it has room for more of what is past. */
  drained(): Promise<void>
  cursor: Cursor
  live: boolean
  ended: boolean
}

const maySee = (
  { orgId, shipmentId }: Viewer,
  entry: { audience: readonly string[]; shipmentId: string | null },
): boolean => entry.audience.includes(orgId) && (shipmentId === null || shipmentId === entry.shipmentId)

/**
 * Follows the feed of alarm changes for all clients of this server: each gets every change that it may see, in order,
 * none twice, from the cursor it names.
 */
export const createFeed = <Cursor>(source: FeedSource<Cursor>, log: Logger) => {
  const followers = new Set<Follower<Cursor>>()
  let recent: Entry<Cursor>[] = []
  let cursor: Cursor | null = null
  let running: Promise<void> | null = null
  let again = false
  /** in how many ms a change that did not show is looked for again; null when none is awaited */
  let patience: number | null = null
  let soon: NodeJS.Timeout | undefined
  let stopped = false

  const give = (follower: Follower<Cursor>, entry: Entry<Cursor>): void => {
    if (!maySee(follower.viewer, entry) || !source.isAfter(entry.cursor, follower.cursor)) return
    follower.cursor = entry.cursor
    follower.send(entry.frame)
  }

  const poll = async (): Promise<void> => {
    do {
      again = false
      cursor ??= await source.head()
      const entries = await source.after(cursor, null, PAGE)
      // one that was hinted at meanwhile may be yet another
      if (entries.length > 0 && !again) patience = null
      for (const entry of entries) {
        cursor = entry.cursor
        recent.push(entry)
        for (const follower of followers) if (follower.live) give(follower, entry)
      }
      if (recent.length > 2 * RECENT) recent = recent.slice(-RECENT)
      if (entries.length === PAGE) again = true
    } while (again)
  }

  const lookAgainSoon = (): void => {
    if (patience === null || stopped) return
    clearTimeout(soon)
    soon = setTimeout(look, patience)
    patience = patience * 2 < POLL_MS ? patience * 2 : null
  }

  const look = (): void => {
    if (stopped) return
    again = true
    running ??= poll()
      .catch((error) =>
        log.debug(
          { error: error instanceof Error ? error.message : String(error) },
          'the alarm feed waits for the database',
        ),
      )
      .finally(() => {
        running = null
        // a hint that came when the last look was over already
        if (again) look()
        else lookAgainSoon()
      })
  }
  const timer = setInterval(look, POLL_MS)

  /**
   * Catches up from the database, then joins what this server follows: what the last page could not see comes after it.
   * Nothing that this page might have shown is taken from memory, where it may be for somebody who was removed since.
   */
  const follow = async (follower: Follower<Cursor>): Promise<void> => {
    followers.add(follower)
    cursor ??= await source.head()
    let caughtUp = false
    while (!caughtUp && !follower.ended) {
      const before = await source.head()
      const entries = await source.after(follower.cursor, follower.viewer, PAGE)
      if (follower.ended) return
      for (const entry of entries) give(follower, entry)
      caughtUp = entries.length < PAGE
      if (caughtUp && source.isAfter(before, follower.cursor)) follower.cursor = before
      if (!caughtUp) await follower.drained()
    }
    for (const entry of recent) give(follower, entry)
    follower.live = true
  }

  return {
    /** Something has changed. */
    look: (): void => {
      patience = AGAIN_MS
      look()
    },
    follow,
    leave: (follower: Follower<Cursor>): void => {
      follower.ended = true
      followers.delete(follower)
    },
    stop: async (): Promise<void> => {
      stopped = true
      clearInterval(timer)
      clearTimeout(soon)
      await running
    },
  }
}
