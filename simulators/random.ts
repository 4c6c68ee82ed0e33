export type Random = {
  /** uniform, 0 ≤ x < 1 */
  next(): number
  /** uniform, from ≤ x < to */
  between(from: number, to: number): number
  /** standard normal */
  normal(): number
  /** 1 ± share, to put a coefficient off by up to that share */
  off(share: number): number
}

export type Seed = string | number

/** Four 32-bit words out of any text (cyrb128 by bryc, public domain). */
const hash = (text: string): [number, number, number, number] => {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762]
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ k, 597399067)
    b = c ^ Math.imul(b ^ k, 2869860233)
    c = d ^ Math.imul(c ^ k, 951274213)
    d = a ^ Math.imul(d ^ k, 2716044179)
  }
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a]
}

/** A stream of its own for each list of seeds: sfc32 by Chris Doty-Humphrey (PractRand). The same seeds give the same stream. */
export const createRandom = (...seeds: Seed[]): Random => {
  let [a, b, c, d] = hash(seeds.join('\u0000'))
  const next = () => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return (t >>> 0) / 4294967296
  }
  for (let i = 0; i < 12; i++) next()
  const between = (from: number, to: number) => from + (to - from) * next()
  return {
    next,
    between,
    off: (share) => 1 + between(-share, share),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  }
}

/** A smooth curve that can be asked at any place without having been walked to: −1 … 1, about one bend per unit of x. */
export const createNoise = (...seeds: Seed[]): ((x: number) => number) => {
  const [salt] = hash(seeds.join('\u0000'))
  const at = (i: number) => {
    let h = Math.imul(i ^ salt, 0x9e3779b1)
    h = Math.imul(h ^ (h >>> 15), 0x85ebca6b)
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
    return ((h ^ (h >>> 16)) >>> 0) / 2147483648 - 1
  }
  return (x) => {
    const i = Math.floor(x)
    const f = x - i
    const ease = f * f * (3 - 2 * f)
    return at(i) * (1 - ease) + at(i + 1) * ease
  }
}
