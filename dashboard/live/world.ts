import { batch, computed, type Signal, signal } from '@preact/signals'
import type { Alarm } from '../../server/model/alarm.ts'
import type { LiveReading } from '../../server/model/live.ts'
import type { Shipment } from '../../server/model/shipment.ts'
import type { SparklineItem } from '../api/client.ts'
import { appendToSpark, emptySpark, type Spark } from '../fleet/spark.ts'
import { byUrgency, isOpen, summarise } from './alarm-book.ts'
import { onceAFrame } from './frame.ts'
import { mergeReadings, withReading } from './merge.ts'
import { isShipmentSnapshot, type LiveMessage } from './message.ts'

export type Entry = { shipment: Signal<Shipment>; spark: Spark; sparkVersion: Signal<number> }
type ReadingListener = (reading: LiveReading) => void

/**
 * Everything the page knows from the live connection: the shipments with their newest values, and the alarms that are
 * not over. Messages are collected and taken in once per animation frame, in one batch, so that a fleet of a thousand
 * at 1 Hz costs one drawing a frame. `onUnknown` is asked for a shipment that a reading names and we don't have.
 */
export const createWorld = (hooks: { onUnknown(shipmentId: string): void; onRaised(alarm: Alarm): void }) => {
  const entries = new Map<string, Entry>()
  const ids = signal<readonly string[]>([])
  const ready = signal(false)
  /** rises whenever alarms change: the order of the fleet follows it */
  const alarmVersion = signal(0)
  const alarms = new Map<string, Alarm>()
  const openAlarms = computed(() => {
    alarmVersion.value
    return [...alarms.values()].filter(isOpen).sort(byUrgency)
  })
  let alarmsKnown = false
  let alarmCursor: string | undefined
  let waiting = new Map<string, LiveReading>()
  const listeners = new Map<string, Set<ReadingListener>>()
  const asked = new Set<string>()
  let only: string | null = null

  const put = (shipment: Shipment): void => {
    const known = entries.get(shipment.id)
    const own = alarmsKnown ? { ...shipment, ...summarise(alarmsOf(shipment.id)) } : shipment
    if (known === undefined)
      entries.set(shipment.id, { shipment: signal(own), spark: emptySpark(), sparkVersion: signal(0) })
    else known.shipment.value = own
  }
  const alarmsOf = (shipmentId: string): Alarm[] =>
    [...alarms.values()].filter((alarm) => alarm.shipmentId === shipmentId)
  const summariseShipment = (shipmentId: string | null): void => {
    const entry = shipmentId === null ? undefined : entries.get(shipmentId)
    if (shipmentId !== null && entry !== undefined)
      entry.shipment.value = { ...entry.shipment.peek(), ...summarise(alarmsOf(shipmentId)) }
  }

  const takeIn = (): void => {
    const readings = waiting
    waiting = new Map()
    batch(() => {
      for (const reading of readings.values()) {
        const entry = entries.get(reading.shipmentId)
        if (entry === undefined) {
          if (asked.has(reading.shipmentId)) continue
          asked.add(reading.shipmentId)
          hooks.onUnknown(reading.shipmentId)
          continue
        }
        entry.shipment.value = withReading(entry.shipment.peek(), reading)
        const at = Date.parse(reading.time) / 1000
        if (appendToSpark(entry.spark, at, reading.temperature, reading.pressure)) entry.sparkVersion.value++
      }
    })
  }
  const frame = onceAFrame(takeIn)

  const replaceAlarms = (open: readonly Alarm[], cursor: string | undefined): void => {
    alarms.clear()
    for (const alarm of open) alarms.set(alarm.id, alarm)
    alarmCursor = cursor ?? alarmCursor
    alarmsKnown = true
    batch(() => {
      for (const id of entries.keys()) summariseShipment(id)
      alarmVersion.value++
    })
  }
  const replaceFleet = (shipments: readonly Shipment[]): void => {
    const kept = new Set(shipments.map((shipment) => shipment.id))
    batch(() => {
      for (const id of entries.keys()) if (!kept.has(id)) entries.delete(id)
      for (const shipment of shipments) put(shipment)
      asked.clear()
      ids.value = [...entries.keys()]
      ready.value = true
    })
  }
  const takeAlarm = (alarm: Alarm): void => {
    alarms.set(alarm.id, alarm)
    batch(() => {
      summariseShipment(alarm.shipmentId)
      alarmVersion.value++
    })
  }

  return {
    entries,
    ids,
    ready,
    alarms,
    alarmVersion,
    openAlarms,
    replaceFleet,
    takeAlarm,
    /** Adds or renews one shipment. */
    addShipment(shipment: Shipment) {
      put(shipment)
      if (ids.peek().length !== entries.size) ids.value = [...entries.keys()]
    },
    /** Lays the stored hours under what came live meanwhile. */
    addSparklines(items: readonly SparklineItem[]) {
      batch(() => {
        for (const item of items) {
          const entry = entries.get(item.shipmentId)
          if (entry === undefined) continue
          const live = entry.spark
          entry.spark = { time: [...item.time], temperature: [...item.temperature], pressure: [...item.pressure] }
          live.time.forEach((at, i) => {
            appendToSpark(entry.spark, at, live.temperature[i], live.pressure[i])
          })
          entry.sparkVersion.value++
        }
      })
    },
    subscriptions: () => [
      { topic: only === null ? 'fleet' : `shipment:${only}` },
      alarmCursor === undefined ? { topic: 'alarms' } : { topic: 'alarms', after: alarmCursor },
    ],
    /** From now on this shipment is all there is: a share link shows no fleet. */
    narrowTo(shipmentId: string) {
      only = shipmentId
    },
    take(message: LiveMessage) {
      if (isShipmentSnapshot(message)) replaceFleet(message.items)
      if (message.type === 'snapshot' && message.topic === 'fleet') replaceFleet(message.items)
      if (message.type === 'snapshot' && message.topic === 'alarms') replaceAlarms(message.items, message.cursor)
      if (message.type === 'alarm') {
        alarmCursor = message.cursor
        takeAlarm(message.alarm)
        if (message.change === 'raised') hooks.onRaised(message.alarm)
      }
      if (message.type !== 'readings') return
      for (const reading of message.items) {
        waiting.set(reading.shipmentId, mergeReadings(waiting.get(reading.shipmentId), reading))
        for (const listener of listeners.get(reading.shipmentId) ?? []) listener(reading)
      }
      frame.ask()
    },
    /** Every live reading of one shipment, unmerged. Returns what ends it. */
    listen(shipmentId: string, listener: ReadingListener): () => void {
      const set = listeners.get(shipmentId) ?? new Set()
      listeners.set(shipmentId, set.add(listener))
      return () => {
        set.delete(listener)
      }
    },
    /** True when there was one: the next subscription asks for everything. */
    forgetCursor(): boolean {
      const had = alarmCursor !== undefined
      alarmCursor = undefined
      return had
    },
    clear() {
      frame.cancel()
      waiting.clear()
      entries.clear()
      alarms.clear()
      alarmsKnown = false
      alarmCursor = undefined
      ids.value = []
      ready.value = false
      alarmVersion.value++
    },
  }
}
export type World = ReturnType<typeof createWorld>
