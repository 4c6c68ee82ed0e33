/** log10(mmHg) = a − b/(c + °C), fitted from `from` to `to` °C where that is known (NIST Chemistry WebBook). */
export type Antoine = { a: number; b: number; c: number; from: number | null; to: number | null }

/** 1 bar in mmHg (1 mmHg = 133.322387 Pa). */
const MMHG_PER_BAR = 750.0617

/** Vapour pressure in bar absolute at °C, also outside the fitted range: ask `holdsAt` first. At or below −c it is 0. */
export const vapourPressure = ({ a, b, c }: Antoine, celsius: number): number =>
  celsius <= -c ? 0 : 10 ** (a - b / (c + celsius)) / MMHG_PER_BAR

/** How fast it grows with temperature, bar/K: the formula's own derivative. */
export const vapourPressureSlope = (antoine: Antoine, celsius: number): number =>
  celsius <= -antoine.c ? 0 : (vapourPressure(antoine, celsius) * Math.LN10 * antoine.b) / (antoine.c + celsius) ** 2

/** The °C at which the vapour pressure is this many bar absolute. */
export const boilingPoint = ({ a, b, c }: Antoine, bar: number): number => b / (a - Math.log10(bar * MMHG_PER_BAR)) - c

/**
 * Whether the constants may be used at this temperature, with `marginKelvin` beyond the fitted range. An unknown end of
 * the range counts as open.
 */
export const holdsAt = ({ from, to }: Antoine, celsius: number, marginKelvin = 0): boolean =>
  (from === null || celsius >= from - marginKelvin) && (to === null || celsius <= to + marginKelvin)
