import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWeather, sunHeight } from '../../../simulators/weather.ts'

const DAY = 86_400_000
const at = (iso: string) => Date.parse(iso)

describe('weather', () => {
  it('stays within what people live in, for every seed, time and place of the routes', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: at('2020-01-01'), max: at('2040-01-01') }),
        fc.double({ min: 20, max: 60, noNaN: true }),
        fc.double({ min: -100, max: 125, noNaN: true }),
        (seed, ms, lat, lon) => {
          const { ambient, wind, cloud, sun, seaLevelBar } = createWeather(seed)(ms, lat, lon)
          expect(ambient).toBeGreaterThan(-30)
          expect(ambient).toBeLessThan(50)
          expect(wind).toBeGreaterThan(0)
          expect(wind).toBeLessThan(12)
          expect(cloud).toBeGreaterThanOrEqual(0)
          expect(cloud).toBeLessThanOrEqual(1)
          expect(sun).toBeGreaterThanOrEqual(0)
          expect(sun).toBeLessThan(1100)
          expect(Math.abs(seaLevelBar - 1.013)).toBeLessThan(0.02)
        },
      ),
    )
  })

  it('has the sun where it is: overhead at noon on the tropic, gone at midnight, low in northern winter', () => {
    expect(sunHeight(at('2026-06-21T12:00:00Z'), 23.45, 0)).toBeGreaterThan(0.999)
    expect(sunHeight(at('2026-06-21T00:00:00Z'), 50, 0)).toBeLessThan(0)
    expect(sunHeight(at('2026-12-21T12:00:00Z'), 50, 0)).toBeCloseTo(Math.sin((16.5 * Math.PI) / 180), 2)
    expect(sunHeight(at('2026-06-21T04:00:00Z'), 31, 120)).toBeGreaterThan(0.98) // noon in Shanghai
  })

  it('is warmer at three in the afternoon than before dawn, and in July than in January', () => {
    const weather = createWeather('seasons')
    const mean = (from: string, hour: number) => {
      let sum = 0
      for (let day = 0; day < 20; day++) sum += weather(at(from) + day * DAY + hour * 3_600_000, 50, 0).ambient
      return sum / 20
    }
    expect(mean('2026-07-01', 15) - mean('2026-07-01', 4)).toBeGreaterThan(3)
    expect(mean('2026-07-01', 15) - mean('2026-01-01', 15)).toBeGreaterThan(12)
  })
})
