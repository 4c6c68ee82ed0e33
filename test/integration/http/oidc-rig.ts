import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { Provider } from 'oidc-provider'

/** What the provider knows of a person, by subject. */
export type Account = { email?: string; email_verified?: boolean; name?: string }

/** Keeps what it is given, for one host: enough of a browser to walk through a sign-in. */
export type Jar = Map<string, string>
export const cookiesOf = (jar: Jar): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
const keep = (jar: Jar, lines: string[]): void => {
  for (const line of lines) {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    const value = pair.slice(at + 1)
    if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(pair.slice(0, at))
    else jar.set(pair.slice(0, at), value)
  }
}

export type TestProvider = {
  issuer: string
  accounts: Map<string, Account>
  /** Signs `subject` in at the page of `url`, agrees, and answers the address that the browser is sent back to. */
  walk(url: string, subject: string, answer?: 'agrees' | 'cancels'): Promise<string>
  close(): Promise<void>
}

const formOf = (html: string): { action: string; prompt: string } | null => {
  const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1]
  const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1]
  return action === undefined || prompt === undefined ? null : { action, prompt }
}

/** A real OpenID Connect provider on a free port, with one client whose redirect addresses are given. */
export const startProvider = async (
  redirectUris: string[],
  method: 'client_secret_basic' | 'client_secret_post' = 'client_secret_basic',
): Promise<TestProvider> => {
  let handle: RequestListener = (_request, response) => response.writeHead(503).end()
  const server = createServer((request, response) => handle(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const issuer = `http://127.0.0.1:${address.port}`
  const accounts = new Map<string, Account>()
  handle = new Provider(issuer, {
    clients: [
      {
        client_id: 'zaitu',
        client_secret: 'a secret of this test',
        redirect_uris: redirectUris,
        token_endpoint_auth_method: method,
      },
    ],
    clientAuthMethods: [method],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    cookies: { keys: ['a key of this test'] },
    findAccount: async (_context, id) => {
      const account = accounts.get(id)
      return account === undefined ? undefined : { accountId: id, claims: async () => ({ sub: id, ...account }) }
    },
  }).callback()

  return {
    issuer,
    accounts,
    async walk(url, subject, answer = 'agrees') {
      const jar: Jar = new Map()
      let next: { url: string; body?: URLSearchParams } = { url }
      for (let step = 0; step < 20; step++) {
        const got = await fetch(next.url, {
          redirect: 'manual',
          headers: { cookie: cookiesOf(jar) },
          ...(next.body !== undefined && { method: 'POST', body: next.body }),
        })
        keep(jar, got.headers.getSetCookie())
        const html = await got.text()
        const location = got.headers.get('location')
        if (location !== null) {
          const to = new URL(location, next.url).href
          if (!to.startsWith(issuer)) return to
          next = { url: to }
          continue
        }
        const form = formOf(html)
        if (form === null) throw new Error(`the provider answered ${got.status}: ${html.slice(0, 500)}`)
        const abort = /href="([^"]+\/abort)"/.exec(html)?.[1]
        if (answer === 'cancels' && abort !== undefined) next = { url: new URL(abort, next.url).href }
        else
          next = {
            url: new URL(form.action, next.url).href,
            body: new URLSearchParams({ prompt: form.prompt, login: subject, password: 'any' }),
          }
      }
      throw new Error('the provider goes in circles')
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
