/** Failed attempts that are remembered at most; beyond it the oldest are forgotten. */
const MOST_KEYS = 10_000

export type Attempts = {
  /** Takes one attempt; answers the seconds to wait when there is none left. */
  take(key: string): { ok: true } | { ok: false; waitSeconds: number }
  /** Gives attempts back: it went well. */
  forgive(key: string): void
  /** Gives one back: it went well, and says nothing about the others. */
  giveBack(key: string): void
}

/**
 * Counts attempts per key (address and account together, so that nobody can lock out somebody else) over a window
 * that begins with the first one. An attempt is taken before it is tried, so that many at once can't slip through.
 */
export const countAttempts = ({
  max,
  windowMs,
  now = Date.now,
}: {
  max: number
  windowMs: number
  now?: () => number
}): Attempts => {
  const counts = new Map<string, { count: number; until: number }>()
  return {
    take(key) {
      const at = now()
      const known = counts.get(key)
      if (known === undefined || known.until <= at) {
        counts.delete(key)
        counts.set(key, { count: 1, until: at + windowMs })
        const oldest = counts.keys().next().value
        if (counts.size > MOST_KEYS && oldest !== undefined) counts.delete(oldest)
        return { ok: true }
      }
      if (known.count >= max) return { ok: false, waitSeconds: Math.ceil((known.until - at) / 1000) }
      known.count += 1
      return { ok: true }
    },
    forgive(key) {
      counts.delete(key)
    },
    giveBack(key) {
      const known = counts.get(key)
      if (known !== undefined) known.count -= 1
    },
  }
}

export type SignInLimits = {
  /** failures of one address, or one known browser, at one account */
  max: number
  windowMs: number
  /** failures of all who are strange to an account, from wherever they come */
  strangers?: number
}

export type SignIns = {
  take(who: {
    address: string
    email: string
    /** set when this browser has signed in to this very account before */
    browser: string | null
  }): { ok: true; forgive(): void } | { ok: false; waitSeconds: number }
}

/**
 * Slows guessing down, and lets nobody lock out somebody else (OWASP, "Slow down online guessing attacks with device
 * cookies"): a browser that the account knows is counted by itself. Strangers are counted by address and account, and,
 * since an attacker may have many addresses, all together by account.
 */
export const countSignIns = ({
  max = 10,
  windowMs = 10 * 60_000,
  strangers = 5 * max,
}: Partial<SignInLimits> = {}): SignIns => {
  const browsers = countAttempts({ max, windowMs })
  const addresses = countAttempts({ max, windowMs })
  const accounts = countAttempts({ max: strangers, windowMs })
  return {
    take({ address, email, browser }) {
      if (browser !== null) {
        const key = `${browser} ${email}`
        const taken = browsers.take(key)
        return taken.ok ? { ok: true, forgive: () => browsers.forgive(key) } : taken
      }
      const key = `${address} ${email}`
      const here = addresses.take(key)
      // what is refused here must not count against the account: one address alone would close it for all others
      if (!here.ok) return here
      const anywhere = accounts.take(email)
      if (!anywhere.ok) return anywhere
      return {
        ok: true,
        forgive: () => {
          addresses.forgive(key)
          accounts.giveBack(email)
        },
      }
    },
  }
}
