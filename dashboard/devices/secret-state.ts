import type { DeviceItem } from '../manage/requests.ts'

export type SecretState = 'valid' | 'two' | 'revoked'

/** How a device's secret stands at `nowMs`: in force, the old one beside the new one, or revoked. */
export const secretState = (
  device: Pick<DeviceItem, 'revokedAt' | 'oldSecretValidUntil'>,
  nowMs: number,
): SecretState => {
  if (device.revokedAt !== null) return 'revoked'
  return device.oldSecretValidUntil !== null && Date.parse(device.oldSecretValidUntil) > nowMs ? 'two' : 'valid'
}
