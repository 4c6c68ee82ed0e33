import type { Config } from './config.ts'
import type { LiveDeps } from './live/socket.ts'
import { sessionFromHeaders } from './routes/authentication.ts'
import { refusal } from './routes/problem.ts'
import { hashToken, type SignedIn } from './store/people.ts'
import type { Pool } from './store/pool.ts'

/** Connections at once: of a person's session its open pages, of an API token the machines that share it. */
const MOST = { person: 20, token: 100, share: 20, 'supplier-link': 0 } as const satisfies Record<
  SignedIn['kind'],
  number
>

/** Who may listen over a WebSocket, with how many connections, and from which pages. */
export const liveAccess = (
  people: Pool,
  { SECURE_COOKIES, PUBLIC_URL }: Pick<Config, 'SECURE_COOKIES' | 'PUBLIC_URL'>,
): Pick<LiveDeps<unknown>, 'authenticate' | 'encrypted' | 'refuse'> => {
  const known = PUBLIC_URL === undefined ? null : new URL(PUBLIC_URL)
  return {
    authenticate: async (headers, from) => {
      const who = await sessionFromHeaders(people, headers, { secure: SECURE_COOKIES, from })
      // a token that only posts may not listen
      if (who === null || who.kind === 'supplier-link') return null
      if (who.scope === 'telemetry' || who.scope === 'milestones') return null
      // a share link's is the link's, however many opened it
      const key = who.kind === 'person' ? hashToken(who.token).toString('hex') : who.id
      return { ...who, bound: { key: `${who.kind} ${key}`, most: MOST[who.kind] } }
    },
    // X-Forwarded-Proto is in it where a proxy is trusted
    encrypted: ({ protocol, headers }) =>
      SECURE_COOKIES || protocol === 'https' || (known?.protocol === 'https:' && known.host === headers.host),
    refuse: refusal,
  }
}
