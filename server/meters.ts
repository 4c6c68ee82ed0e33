import { Counter, collectDefaultMetrics, Gauge, Histogram, type Registry } from 'prom-client'

/** What `/metrics` tells of the way in. */
export const createMeters = (registry: Registry) => {
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const readings = new Counter({
    name: 'zaitu_readings_total',
    help: 'Readings committed, duplicates included',
    registers,
  })
  const letters = new Counter({
    name: 'zaitu_dead_letters_total',
    help: 'Parts of messages that became dead letters',
    registers,
  })
  const batches = new Histogram({
    name: 'zaitu_batch_seconds',
    help: 'From taking up a batch to its acknowledgement',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers,
  })
  const ages = new Histogram({
    name: 'zaitu_acknowledgement_age_seconds',
    help: 'From receiving the oldest message of a batch to its acknowledgement',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers,
  })
  return {
    batch: (facts: { readings: number; letters: number; ms: number; oldestMs: number }): void => {
      readings.inc(facts.readings)
      letters.inc(facts.letters)
      batches.observe(facts.ms / 1000)
      ages.observe(facts.oldestMs / 1000)
    },
    watch: (parts: { waiting(): number; connected(): boolean }): void => {
      new Gauge({ name: 'zaitu_waiting_readings', help: 'Readings received and not yet committed', registers, collect() { this.set(parts.waiting()) } }) // biome-ignore format: a line a gauge
      new Gauge({ name: 'zaitu_broker_connected', help: '1 while the broker is in reach', registers, collect() { this.set(parts.connected() ? 1 : 0) } }) // biome-ignore format: a line a gauge
    },
  }
}
