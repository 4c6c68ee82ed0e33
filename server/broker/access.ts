import { deviceTopic } from './topic.ts'

/**
 * What a device may say (its own telemetry and status, the will included) and hear (its own committed and resend).
 * Topics are compared whole, so a wildcard, `$SYS` or a topic of another device never fits.
 */
export const createAccess = (deviceId: string) => {
  const telemetry = deviceTopic(deviceId, 'telemetry')
  const status = deviceTopic(deviceId, 'status')
  const committed = deviceTopic(deviceId, 'committed')
  const resend = deviceTopic(deviceId, 'resend')
  return {
    mayPublish: (topic: string) => topic === telemetry || topic === status,
    maySubscribe: (filter: string) => filter === committed || filter === resend,
  }
}
export type Access = ReturnType<typeof createAccess>
