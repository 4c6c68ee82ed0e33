import { type ReadonlySignal, signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Chart } from '../../server/model/chart.ts'
import type { ShipmentDetail } from '../../server/model/shipment.ts'
import { onceAFrame } from '../live/frame.ts'
import { useZaitu } from '../zaitu.ts'
import { appendReading, withGaps } from './columns.ts'
import { type ChosenRange, resolveRange } from './range.ts'

export type Course = {
  /** changed in place by live readings; `version` rises when there is something new to draw */
  chart: Chart
  /** epoch seconds */
  from: number
  to: number
}
export type CourseState = { course: Course | null; problem: string | null; version: number }

const LATE_REFETCH_MS = 2_500
const LEAST_REFETCH_MS = 30_000
const FALLBACK_REPORT_SECONDS = 60

/** A point per pixel is the most that can be seen. */
const pointsFor = (): number => Math.max(300, Math.min(1500, Math.round(innerWidth * 0.9)))

const rangeKey = (chosen: ChosenRange): string => chosen.preset ?? `${chosen.from}-${chosen.to}`

/**
 * The course of one shipment over the chosen range: fetched at the resolution that fits the screen, then carried on by
 * live readings while the range ends now. Fetched again when the range changes, when the connection or the page comes
 * back, when late readings arrive, and as buckets fill.
 */
export const useCourse = (shipment: ShipmentDetail, chosen: ChosenRange): ReadonlySignal<CourseState> => {
  const { api, world, socket } = useZaitu()
  const state = useMemo(() => signal<CourseState>({ course: null, problem: null, version: 0 }), [])
  const key = rangeKey(chosen)
  const connected = socket.connection.value.state === 'open'

  // `key` stands for the range; a new object of the same shipment is no reason to fetch
  useEffect(() => {
    const gapSeconds = 3 * (shipment.reportSeconds ?? FALLBACK_REPORT_SECONDS)
    const follows = chosen.preset !== null
    let asking = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined

    const fetchCourse = async (): Promise<void> => {
      clearTimeout(timer)
      asking.abort()
      asking = new AbortController()
      const { signal } = asking
      const { from, to } = resolveRange(chosen, shipment, Date.now() / 1000)
      const answer = await api.readings(shipment.id, { from, to, points: pointsFor() }, signal)
      if (signal.aborted) return
      const { version, course } = state.peek()
      if (!answer.ok) {
        state.value = { course, problem: answer.message, version: version + 1 }
        return
      }
      state.value = {
        course: { chart: withGaps(answer.value, gapSeconds), from, to },
        problem: null,
        version: version + 1,
      }
      if (follows && answer.value.bucketSeconds > 0)
        again(Math.max(LEAST_REFETCH_MS, answer.value.bucketSeconds * 1000))
    }
    const again = (ms: number): void => {
      clearTimeout(timer)
      timer = setTimeout(() => void fetchCourse(), ms)
    }
    const frame = onceAFrame(() => {
      const { course, problem, version } = state.peek()
      if (course === null) return
      const { from, to } = resolveRange(chosen, shipment, Date.now() / 1000)
      state.value = { course: { ...course, from, to }, problem, version: version + 1 }
    })
    const stopListening = follows
      ? world.listen(shipment.id, (reading) => {
          const { course } = state.peek()
          if (course === null) return
          if (appendReading(course.chart, reading, gapSeconds)) frame.ask()
          else again(LATE_REFETCH_MS)
        })
      : () => undefined
    const onVisible = (): void => {
      if (!document.hidden && follows) void fetchCourse()
    }
    document.addEventListener('visibilitychange', onVisible)
    void fetchCourse()
    return () => {
      asking.abort()
      clearTimeout(timer)
      frame.cancel()
      stopListening()
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [shipment.id, key, connected])

  return state
}
