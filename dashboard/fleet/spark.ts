/** The last hours of one shipment, x in epoch seconds, at most `SPARK_POINTS` long. */
export type Spark = { time: number[]; temperature: (number | null)[]; pressure: (number | null)[] }

export const SPARK_HOURS = 6
export const SPARK_POINTS = 48
const SPARK_SECONDS = (SPARK_HOURS * 3600) / SPARK_POINTS

export const emptySpark = (): Spark => ({ time: [], temperature: [], pressure: [] })

/**
 * Carries a reading into the sparkline: inside the running bucket it replaces the newest point, else it opens a new
 * one and the oldest leaves. Changes `spark` in place (a thousand of these a second) and says whether it did.
 */
export const appendToSpark = (
  spark: Spark,
  at: number,
  temperature: number | null | undefined,
  pressure: number | null | undefined,
): boolean => {
  const last = spark.time.length - 1
  const lastTime = spark.time[last]
  if (lastTime !== undefined && at < lastTime) return false
  const sameBucket = lastTime !== undefined && Math.floor(at / SPARK_SECONDS) === Math.floor(lastTime / SPARK_SECONDS)
  if (sameBucket) {
    if (typeof temperature === 'number') spark.temperature[last] = temperature
    if (typeof pressure === 'number') spark.pressure[last] = pressure
    return true
  }
  spark.time.push(at)
  spark.temperature.push(temperature ?? null)
  spark.pressure.push(pressure ?? null)
  const oldest = at - SPARK_HOURS * 3600
  while (spark.time.length > SPARK_POINTS || (spark.time[0] ?? at) < oldest) {
    spark.time.shift()
    spark.temperature.shift()
    spark.pressure.shift()
  }
  return true
}
