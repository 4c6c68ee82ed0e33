import { devicesFrom } from '../store/assignments.ts'
import type { Tx } from '../store/pool.ts'
import { requestRefolds } from '../store/refolds.ts'

/** Asks for the streams of a shipment to be folded again from a time on (epoch ms): limits, phase or audience changed. */
export const refoldFrom = async (tx: Tx, shipmentId: string, from: number): Promise<void> => {
  const devices = await devicesFrom(tx, shipmentId, from)
  await requestRefolds(
    tx,
    devices.map((deviceId) => ({ shipmentId, deviceId, from })),
  )
}
