// The package brings no types; this is what our tests use of it (oidc-provider 9).
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http'

  type Claims = { sub: string; [claim: string]: unknown }
  export type Configuration = {
    clients: {
      client_id: string
      client_secret: string
      redirect_uris: string[]
      token_endpoint_auth_method?: 'client_secret_basic' | 'client_secret_post'
    }[]
    claims: Record<string, string[]>
    cookies: { keys: string[] }
    clientAuthMethods?: string[]
    findAccount(context: unknown, id: string): Promise<{ accountId: string; claims(): Promise<Claims> } | undefined>
  }
  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    callback(): RequestListener
  }
}
