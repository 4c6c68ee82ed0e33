/** Devices as they should be: each keeps a reading until it is committed, and sends again what it is asked for. */
import { createLink, type Link } from '../../simulators/link.ts'
import { createOutbox, type Outbox } from '../../simulators/outbox.ts'
import type { Account } from './publisher.ts'

export type Fleet = {
  /** resolves when each device is connected */
  connected(): boolean
  /** readings measured so far */
  measured(): number
  /** of them, those that no `committed` covers yet */
  kept(): number
  /** sent more than once */
  repeated(): number
  /** measures nothing more; what is kept is still sent */
  rest(): void
  close(): Promise<void>
}

/** A reading each `everyMs` of every account, one a message; `doubtMs` as in the link. */
export const startFleet = (url: string, accounts: readonly Account[], everyMs: number, doubtMs: number): Fleet => {
  const devices: { outbox: Outbox; link: Link }[] = accounts.map(({ deviceId, secret }) => {
    const outbox = createOutbox(1)
    const link = createLink({ url, deviceId, secret, outbox, batch: 1, inFlight: 20, doubtMs })
    link.open()
    return { outbox, link }
  })
  let seq = 0
  const timer = setInterval(() => {
    if (!devices.every(({ link }) => link.connected())) return
    for (const { outbox, link } of devices) {
      outbox.keep([{ time: Date.now(), boot: 1, seq, temperature: 20 + (seq % 100) / 10, pressure: 1 }])
      link.flush()
    }
    seq += 1
  }, everyMs)
  const sum = (of: 'kept' | 'repeated') => devices.reduce((all, { outbox }) => all + outbox.counts()[of], 0)
  return {
    connected: () => devices.every(({ link }) => link.connected()),
    measured: () => seq * devices.length,
    kept: () => sum('kept'),
    repeated: () => sum('repeated'),
    rest: () => clearInterval(timer),
    close: async () => {
      clearInterval(timer)
      await Promise.all(devices.map(({ link }) => link.close()))
    },
  }
}
