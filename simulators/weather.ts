import { createNoise, type Seed } from './random.ts'

export type Weather = {
  /** °C in the shade */
  ambient: number
  /** m/s */
  wind: number
  /** covered fraction of the sky */
  cloud: number
  /** W/m² on a level surface */
  sun: number
  /** bar at sea level */
  seaLevelBar: number
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Sine of the sun's height above the horizon (Cooper's declination; solar time from the longitude, ±15 min over the year). */
export const sunHeight = (ms: number, lat: number, lon: number): number => {
  const dayOfYear = ((ms / DAY) % 365.2425) + 1
  const declination = radians(23.45) * Math.sin((2 * Math.PI * (284 + dayOfYear)) / 365)
  const hourAngle = radians(((ms % DAY) / HOUR - 12) * 15 + lon)
  return (
    Math.sin(radians(lat)) * Math.sin(declination) +
    Math.cos(radians(lat)) * Math.cos(declination) * Math.cos(hourAngle)
  )
}

/** Clear sky (Haurwitz 1945), dimmed by clouds (Kasten and Czeplak 1980), W/m². */
const irradiance = (height: number, cloud: number) =>
  height <= 0.01 ? 0 : 1098 * height * Math.exp(-0.057 / height) * (1 - 0.75 * cloud ** 3.4)

/**
 * The weather of a seed at any time and place: season and latitude give the mean, the sun's time the day's swing, and
 * fronts that move east give what no model of a tank can foresee.
 */
export const createWeather = (seed: Seed): ((ms: number, lat: number, lon: number) => Weather) => {
  const front = createNoise(seed, 'front')
  const overcast = createNoise(seed, 'overcast')
  const cumulus = createNoise(seed, 'cumulus')
  const breeze = createNoise(seed, 'breeze')
  const gust = createNoise(seed, 'gust')
  return (ms, lat, lon) => {
    const days = ms / DAY - lon / 12 // a front takes about a day for 12 degrees
    const passing = front(days / 3)
    const cloud = Math.min(
      1,
      Math.max(0, 0.45 + 0.5 * overcast(days * 3) - 0.15 * passing + 0.25 * cumulus(days * 100)),
    )
    const season = Math.cos((2 * Math.PI * (ms / DAY - 200)) / 365.2425) * Math.sign(lat)
    const mean = 27 - 0.0065 * lat ** 2 + season * Math.min(14, 0.32 * Math.abs(lat))
    const solarHour = (ms % DAY) / HOUR + lon / 15
    const swing = 6.5 * (1 - 0.65 * cloud) * Math.cos(((solarHour - 15) * Math.PI) / 12)
    return {
      ambient: mean + 5 * passing + swing,
      wind: Math.max(0.2, 3.5 + 2.5 * breeze(days * 5) + 1.2 * gust(days * 288)),
      cloud,
      sun: irradiance(sunHeight(ms, lat, lon), cloud),
      seaLevelBar: 1.01325 - 0.012 * passing,
    }
  }
}
