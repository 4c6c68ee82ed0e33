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

test('who was removed before it subscribes again is not told from memory what it might have been told before', async () => {
  let audience = ['a', 'b']
  let newest = 3
  const stored = () =>
    Array.from({ length: newest }, (_, i) => ({
      cursor: i + 1,
      audience: [...audience],
      shipmentId: 's',
      frame: `${i + 1}`,
    }))
  const feed = createFeed<number>(
    {
      head: async () => newest,
      after: async (cursor, viewer) =>
        stored().filter((one) => one.cursor > cursor && (viewer === null || one.audience.includes(viewer.orgId))),
      isAfter: (a, b) => a > b,
    },
    SILENT,
  )
  const follow = async (orgId: string): Promise<string[]> => {
    const told: string[] = []
    const follower = {
      viewer: { orgId, shipmentId: null },
      cursor: 0,
      live: false,
      ended: false,
      send: (frame: string) => void told.push(frame),
      drained: async () => undefined,
    }
    await feed.follow(follower)
    return told
  }
  try {
    const first = await follow('b')
    newest = 5
    feed.look()
    await expect.poll(() => first).toEqual(['1', '2', '3', '4', '5'])
    audience = ['a']
    const again = await follow('b')
    const other = await follow('a')
    newest = 6
    feed.look()
    await expect.poll(() => other).toEqual(['1', '2', '3', '4', '5', '6'])
    expect(again).toEqual([])
  } finally {
    await feed.stop()
  }
})
