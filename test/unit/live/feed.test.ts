import { expect, test } from 'vitest'
import { createFeed, type Entry, type Follower } from '../../../server/live/feed.ts'

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

test('a change that an older transaction hides is shown soon after that one ends, not at the next poll', async () => {
  let shown: Entry<number>[] = []
  const feed = createFeed<number>(
    {
      head: async () => 0,
      after: async (cursor) => shown.filter((entry) => entry.cursor > cursor),
      isAfter: (a, b) => a > b,
    },
    SILENT,
  )
  const arrived: number[] = []
  try {
    for (let cursor = 1; cursor <= 3; cursor++) {
      const ms = await new Promise<number>((resolve) => {
        const began = performance.now()
        const follower: Follower<number> = {
          viewer: { orgId: 'a', shipmentId: null }, cursor: cursor - 1, live: false, ended: false, drained: async () => undefined,
          send: () => resolve(performance.now() - began),
        } // biome-ignore format: one line
        void feed.follow(follower).then(() => {
          feed.look()
          // the older transaction ends 20 ms after the hint
          setTimeout(() => {
            shown = [{ cursor, audience: ['a'], shipmentId: 's', frame: 'x' }]
          }, 20)
        })
      })
      arrived.push(ms)
    }
  } finally {
    await feed.stop()
  }
  // of three, the poll every 500 ms could bring one by chance in that time
  expect(arrived.map((ms) => (ms < 200 ? 'soon' : ms))).toEqual(['soon', 'soon', 'soon'])
})
