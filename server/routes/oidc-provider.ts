import * as client from 'openid-client'
import { z } from 'zod'
import type { OidcProvider } from '../model/oidc.ts'
import type { OidcStart, Vouched } from '../store/identities.ts'

/** A provider says of itself where to go; that is asked again after so long. */
const REMEMBER_MS = 3_600_000
const TIMEOUT_SECONDS = 10

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/** As the provider prefers; Basic where it says nothing (OpenID Connect Discovery 1.0, 3). */
const authenticates =
  (secret: string): client.ClientAuth =>
  (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const method = methods.includes('client_secret_basic') ? client.ClientSecretBasic : client.ClientSecretPost
    method(secret)(server, ...rest)
  }

const discover = ({ issuer, clientId, clientSecret }: OidcProvider): Promise<client.Configuration> => {
  const url = new URL(issuer)
  const execute = [client.enableNonRepudiationChecks]
  // plain HTTP only where nobody stands between: a provider on this very machine
  if (url.protocol === 'http:' && LOOPBACK.has(url.hostname)) execute.push(client.allowInsecureRequests)
  return client.discovery(url, clientId, {}, authenticates(clientSecret), { execute, timeout: TIMEOUT_SECONDS })
}

const Claims = z.object({
  email: z.email().max(254).optional().catch(undefined),
  email_verified: z.literal(true).optional().catch(undefined),
  name: z.string().trim().min(1).max(200).optional().catch(undefined),
})

export type Provider = {
  settings: OidcProvider
  /** Where to send the browser, and what it has to bring back. Rejects when the provider is out of reach. */
  begin(redirectUri: string, goesTo: string): Promise<{ url: string; start: OidcStart }>
  /** Whom the provider vouches for, given the address that it sent the browser back to. Rejects with what is wrong. */
  end(returned: URL, start: OidcStart): Promise<Vouched>
}

/** A company's provider: authorization code with PKCE, state and nonce; the signature of what it says is checked. */
export const createProvider = (settings: OidcProvider): Provider => {
  let known: { configuration: Promise<client.Configuration>; until: number } | undefined
  const configured = (): Promise<client.Configuration> => {
    if (known === undefined || known.until < Date.now()) {
      const configuration = discover(settings)
      known = { configuration, until: Date.now() + REMEMBER_MS }
      configuration.catch(() => {
        known = undefined
      })
    }
    return known.configuration
  }

  return {
    settings,
    async begin(redirectUri, goesTo) {
      const configuration = await configured()
      const verifier = client.randomPKCECodeVerifier()
      const start = { state: client.randomState(), nonce: client.randomNonce(), verifier, goesTo }
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        state: start.state,
        nonce: start.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, start }
    },
    async end(returned, { state, nonce, verifier }) {
      const configuration = await configured()
      const tokens = await client.authorizationCodeGrant(configuration, returned, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      const claims = tokens.claims()
      if (claims === undefined) throw new Error('the provider sent no ID token')
      const { iss: issuer, sub: subject } = claims
      let said = Claims.parse(claims)
      // many say it only when they are asked (OpenID Connect Core, 5.4)
      if (said.email_verified !== true && configuration.serverMetadata().userinfo_endpoint !== undefined)
        said = Claims.parse(await client.fetchUserInfo(configuration, tokens.access_token, subject))
      const email = said.email_verified === true ? (said.email ?? null) : null
      return { issuer, subject, email, name: said.name ?? null }
    },
  }
}
