import mqtt from 'mqtt'
import { Problem } from '../../server/model/page.ts'
import { Session } from '../../server/model/session.ts'
import { SupplierLines } from '../../server/model/supplier-link.ts'

/** What is said of a line, as every way takes it. */
export type Word = {
  orderId: string
  /** the buyer's own number of the order */
  order: string
  line: string
  body: {
    stage: string
    classifier: string
    at: string
    key: string
    saidAt?: string
    note?: string
    correctsKey?: string
  }
}

/** A way by which a supplier speaks: `say` resolves to null once it is taken, or to why not. */
export type Way = { say(word: Word): Promise<string | null>; close(): Promise<void> }

const problemOf = async (response: Response): Promise<string> => {
  const problem = Problem.safeParse(await response.json().catch(() => null))
  return `${response.status}: ${problem.success ? problem.data.detail : 'no reason given'}`
}
const post = (base: string, path: string, headers: Record<string, string>, body: unknown) =>
  fetch(new URL(`/api/v1${path}`, base), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
const ofLine = ({ orderId, line }: Word): string =>
  `${encodeURIComponent(orderId)}/${encodeURIComponent(line)}/milestones`

/** By the link that opens the supplier's page, as the page itself does. */
export const byPage = async (link: string): Promise<Way & { lines(): Promise<SupplierLines> }> => {
  const token = new URL(link).hash.slice(1)
  const opened = await post(link, '/session/supplier', {}, { token })
  if (!opened.ok) throw new Error(`the link was answered with ${await problemOf(opened)}`)
  const { csrfToken } = Session.parse(await opened.json())
  const cookie = opened.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  const headers = { cookie, 'x-zaitu-supplier': '1', 'x-csrf-token': csrfToken }
  return {
    lines: async () => {
      const answer = await fetch(new URL('/api/v1/supplier/lines', link), { headers })
      if (!answer.ok) throw new Error(`the lines were answered with ${await problemOf(answer)}`)
      return SupplierLines.parse(await answer.json())
    },
    say: async (word) => {
      const answer = await post(link, `/supplier/lines/${ofLine(word)}`, headers, word.body)
      return answer.ok ? null : problemOf(answer)
    },
    close: async () => {},
  }
}

/** By REST, with an API token of the supplier for milestones. */
export const byRest = (base: string, token: string): Way => ({
  say: async (word) => {
    const path = `/orders/${ofLine(word).replace('/', '/lines/')}`
    const answer = await post(base, path, { authorization: `Bearer ${token}` }, word.body)
    return answer.ok ? null : problemOf(answer)
  },
  close: async () => {},
})

/** By MQTT, signed in as the supplier with an API token for milestones. Taken is what the broker has acknowledged. */
export const byMqtt = async (url: string, supplierId: string, token: string): Promise<Way> => {
  const name = `supplier:${supplierId}`
  const client = await mqtt.connectAsync(url, { clientId: name, username: name, password: token })
  return {
    say: async ({ order, line, body }) => {
      try {
        const topic = `zaitu/v1/suppliers/${supplierId}/milestones`
        await client.publishAsync(topic, JSON.stringify({ order, line, ...body }), { qos: 1 })
        return null
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
    close: () => client.endAsync(),
  }
}
