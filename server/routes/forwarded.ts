import type { IncomingHttpHeaders } from 'node:http'

/** What proxies add. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']

/** Whether this came through a proxy: who speaks is then not this machine, although the connection is. */
export const isForwarded = (headers: IncomingHttpHeaders): boolean =>
  FORWARDED.some((name) => headers[name] !== undefined)
