import type { Session } from '../../server/model/session.ts'
import type { SupplierLines, SupplierMilestoneKept } from '../../server/model/supplier-link.ts'
import type { Queued } from './standing.ts'

/** `status` 0: no answer came. */
export type Answer<T> = { ok: true; value: T } | { ok: false; status: number; message: string }

const WAIT_MS = 20_000

/** What the supplier's page asks the server. The token of a link is sent once; from then on a cookie speaks. */
export const createAsking = () => {
  let csrfToken: string | null = null

  const ask = async <T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer<T>> => {
    try {
      const response = await fetch(`/api/v1${path}`, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: AbortSignal.timeout(WAIT_MS),
        headers: {
          accept: 'application/json',
          'x-zaitu-supplier': '1',
          ...(csrfToken !== null && { 'x-csrf-token': csrfToken }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const said = await response.json()
      if (response.ok) return { ok: true, value: said }
      return { ok: false, status: response.status, message: said.detail ?? said.title ?? '' }
    } catch {
      return { ok: false, status: 0, message: '' }
    }
  }
  const keepToken = (answer: Answer<Session>): Answer<Session> => {
    if (answer.ok) csrfToken = answer.value.csrfToken
    return answer
  }
  const session = async () => keepToken(await ask<Session>('GET', '/session'))

  return {
    /** Opens a link, or with null goes on with the one that is open in this browser. */
    open: async (token: string | null): Promise<Answer<Session>> =>
      token === null ? session() : keepToken(await ask<Session>('POST', '/session/supplier', { token })),
    lines: () => ask<SupplierLines>('GET', '/supplier/lines'),
    send: async ({ orderId, line, body }: Queued): Promise<Answer<SupplierMilestoneKept>> => {
      if (csrfToken === null) {
        const opened = await session()
        if (!opened.ok) return opened
      }
      const path = `/supplier/lines/${encodeURIComponent(orderId)}/${encodeURIComponent(line)}/milestones`
      return ask<SupplierMilestoneKept>('POST', path, body)
    },
  }
}
export type Asking = ReturnType<typeof createAsking>
