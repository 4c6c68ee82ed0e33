import type { Attempts } from './attempts.ts'

export type SlowLaneOptions = {
  /** what the first of an account waits for, ms; each that follows twice as long as the one before */
  firstMs?: number
  /** up to this, ms */
  mostMs?: number
  /** that wait at most: at one account, and at all together */
  perAccount?: number
  inAll?: number
}

export type SlowLane = {
  /** Resolves to true when it is this one's turn to be tried; to false where there is, or will be, no room for it. */
  turn(account: string, network: string): Promise<boolean>
  /** Everybody who waits is sent away. */
  stop(): void
}

type Waiting = { account: string; rank: number; resolve(turn: boolean): void }

/**
 * Where attempts at an account go once strangers have failed at it too often: one at a time, ever slower. Refusing them
 * all would let anybody lock the owner out. Who has come here less often goes first, and takes the place of who came more
 * often when there is no room: an attacker with a few addresses stands behind an owner who comes from a clean one.
 *
 * `networks` and `accounts` count who came, without a limit of their own, over the window that they are made with.
 */
export const createSlowLane = (
  { networks, accounts }: { networks: Attempts; accounts: Attempts },
  { firstMs = 250, mostMs = 5_000, perAccount = 6, inAll = 200 }: SlowLaneOptions = {},
): SlowLane => {
  const waiting = new Set<Waiting>()
  const lanes = new Map<string, NodeJS.Timeout>()
  let stopped = false

  const at = (account: string): Waiting[] => [...waiting].filter((one) => one.account === account)
  const leave = (one: Waiting, turn: boolean): void => {
    waiting.delete(one)
    one.resolve(turn)
  }
  /** Makes room by sending away whoever came most often, if that is more often than the newcomer; the last of those. */
  const makeRoom = (among: Iterable<Waiting>, rank: number): boolean => {
    let most: Waiting | undefined
    for (const one of among) if (one.rank > rank && one.rank >= (most?.rank ?? 0)) most = one
    if (most !== undefined) leave(most, false)
    return most !== undefined
  }

  const serveNext = (account: string): void => {
    const before = accounts.take(account).count - 1
    const timer = setTimeout(
      () => {
        const [next, ...others] = at(account).sort((one, other) => one.rank - other.rank)
        if (others.length > 0) serveNext(account)
        else lanes.delete(account)
        if (next !== undefined) leave(next, true)
      },
      Math.min(mostMs, firstMs * 2 ** before),
    )
    lanes.set(account, timer)
  }

  return {
    turn: async (account, network) => {
      if (stopped) return false
      const rank = networks.take(network).count
      const here = at(account)
      if (here.length >= perAccount && !makeRoom(here, rank)) return false
      if (waiting.size >= inAll && !makeRoom(waiting, rank)) return false
      return new Promise((resolve) => {
        waiting.add({ account, rank, resolve })
        if (!lanes.has(account)) serveNext(account)
      })
    },
    stop: () => {
      stopped = true
      for (const timer of lanes.values()) clearTimeout(timer)
      for (const one of waiting) leave(one, false)
    },
  }
}
