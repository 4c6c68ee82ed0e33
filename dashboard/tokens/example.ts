import type { TokenScope } from '../../server/model/session.ts'

const send = (url: string, token: string, body: string): string =>
  `curl -X POST ${url} -H "Authorization: Bearer ${token}" -H "Content-Type: application/json" -d "${body.replaceAll('"', '\\"')}"`

/** A command that shows that a token works, by what its scope may do. */
export const exampleRequest = (origin: string, scope: TokenScope, token: string): string => {
  const base = `${origin}/api/v1`
  if (scope === 'telemetry')
    return send(
      `${base}/telemetry`,
      token,
      '{"deviceId":"DEVICE","readings":[{"time":"$(date -u +%Y-%m-%dT%H:%M:%SZ)","temperature":21.4}]}',
    )
  if (scope === 'milestones')
    return send(
      `${base}/orders/ORDER/lines/LINE/milestones`,
      token,
      '{"stage":"filled","classifier":"actual","at":"$(date -u +%Y-%m-%dT%H:%M:%SZ)"}',
    )
  return `curl ${base}/shipments -H "Authorization: Bearer ${token}"`
}
