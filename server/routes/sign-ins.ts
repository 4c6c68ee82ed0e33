import { networkOf } from '../model/network.ts'
import { countAttempts } from './attempts.ts'
import { createSlowLane, type SlowLaneOptions } from './slow-lane.ts'

export type SignInLimits = {
  /** failures of one network (networkOf), or one known browser, at one account */
  max: number
  windowMs: number
  /** failures of all who are strange to an account, from wherever they come, before they have to wait */
  strangers?: number
  /** how they wait then */
  slow?: SlowLaneOptions
}

/** `waited`: what was known of the account before may not hold any more. */
type Taken = { ok: true; waited: boolean; forgive(): void } | { ok: false; waitSeconds: number }
export type SignIns = {
  /** Resolves when the attempt may be tried, or with the seconds to wait before the next. */
  take(who: {
    address: string
    email: string
    /** set when this browser has signed in to this very account before */
    browser: string | null
  }): Promise<Taken>
  stop(): void
}

/**
 * Slows guessing down, and lets nobody lock out somebody else (OWASP, "Slow down online guessing attacks with device
 * cookies"): a browser that the account knows is counted by itself. Strangers are counted by network and account, and,
 * since an attacker may have many networks, all together by account: after `strangers` failures they wait in a slow lane.
 *
 * With the figures below, somebody with any number of addresses has 50 guesses at an account in ten minutes, and then one
 * each 5 s: 175 in ten minutes and 1,050 an hour, on each server; from one network 10 in ten minutes, 60 an hour.
 */
export const countSignIns = ({
  max = 10,
  windowMs = 10 * 60_000,
  strangers = 5 * max,
  slow,
}: Partial<SignInLimits> = {}): SignIns => {
  const browsers = countAttempts({ max, windowMs })
  const addresses = countAttempts({ max, windowMs })
  const accounts = countAttempts({ max: strangers, windowMs })
  const uncounted = () => countAttempts({ max: Number.POSITIVE_INFINITY, windowMs })
  const lane = createSlowLane({ networks: uncounted(), accounts: uncounted() }, slow)
  return {
    async take({ address, email, browser }) {
      if (browser !== null) {
        const key = `${browser} ${email}`
        const taken = browsers.take(key)
        return taken.ok ? { ok: true, waited: false, forgive: () => browsers.forgive(key) } : taken
      }
      const network = networkOf(address)
      const key = `${network} ${email}`
      const here = addresses.take(key)
      // what is refused here must not count against the account: one address alone would slow it down for all others
      if (!here.ok) return here
      const anywhere = accounts.take(email)
      if (anywhere.ok)
        return {
          ok: true,
          waited: false,
          forgive: () => {
            addresses.forgive(key)
            accounts.giveBack(email)
          },
        }
      if (await lane.turn(email, network)) return { ok: true, waited: true, forgive: () => addresses.forgive(key) }
      // it was not tried, so it is none of those that this network has
      addresses.giveBack(key)
      return { ok: false, waitSeconds: 15 }
    },
    stop: lane.stop,
  }
}
