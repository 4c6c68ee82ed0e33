import { SUPPLIER_PREFIX } from '../model/masterdata.ts'
import { deviceTopic, supplierTopic } from './topic.ts'

export type Access = {
  mayPublish(topic: string): boolean
  maySubscribe(filter: string): boolean
}

/** The organisation that a supplier's client speaks for, by its client id `supplier:{id}`; null for a device. */
export const supplierOf = (clientId: string): string | null =>
  clientId.startsWith(SUPPLIER_PREFIX) ? clientId.slice(SUPPLIER_PREFIX.length) : null

/**
 * What a client may say and hear. A device: its own telemetry and status (the will included), and its own committed and
 * resend. A supplier: its own milestones, and nothing. Topics are compared whole, so a wildcard, `$SYS` or a topic of
 * another never fits.
 */
export const createAccess = (clientId: string): Access => {
  const supplierId = supplierOf(clientId)
  if (supplierId !== null) {
    const milestones = supplierTopic(supplierId)
    return { mayPublish: (topic) => topic === milestones, maySubscribe: () => false }
  }
  const telemetry = deviceTopic(clientId, 'telemetry')
  const status = deviceTopic(clientId, 'status')
  const committed = deviceTopic(clientId, 'committed')
  const resend = deviceTopic(clientId, 'resend')
  return {
    mayPublish: (topic) => topic === telemetry || topic === status,
    maySubscribe: (filter) => filter === committed || filter === resend,
  }
}
