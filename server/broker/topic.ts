/** The topic grammar, root `zaitu/v1`. Who speaks is in the topic, never in the body. */
export const ROOT = 'zaitu/v1'

const CHANNELS = ['telemetry', 'status', 'committed', 'resend'] as const
export type DeviceChannel = (typeof CHANNELS)[number]

/** What a device says itself; the other two channels are ours. */
export type UpChannel = Extract<DeviceChannel, 'telemetry' | 'status'>

export type Topic =
  | { kind: 'device'; deviceId: string; channel: DeviceChannel }
  | { kind: 'supplier'; supplierId: string; channel: 'milestones' }

const DEVICE = /^zaitu\/v1\/devices\/([^/+#]{1,64})\/(telemetry|status|committed|resend)$/
const SUPPLIER = /^zaitu\/v1\/suppliers\/([^/+#]{1,64})\/milestones$/

/** The parts of a concrete topic, or null when it is none of ours. */
export const parseTopic = (topic: string): Topic | null => {
  const device = DEVICE.exec(topic)
  if (device?.[1] !== undefined) return { kind: 'device', deviceId: device[1], channel: device[2] as DeviceChannel }
  const supplier = SUPPLIER.exec(topic)
  if (supplier?.[1] !== undefined) return { kind: 'supplier', supplierId: supplier[1], channel: 'milestones' }
  return null
}

export const deviceTopic = (deviceId: string, channel: DeviceChannel): string =>
  `${ROOT}/devices/${deviceId}/${channel}`

export const supplierTopic = (supplierId: string): string => `${ROOT}/suppliers/${supplierId}/milestones`
