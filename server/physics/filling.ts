/** Rules for the highest degree of filling: portable tanks (ADR 4.2.5.3, TP1 and TP2), packagings and IBC (ADR 4.1.1.4). */
export type FillingRule = 'TP1' | 'TP2' | 'packaging'

const PERCENT: Record<FillingRule, number> = { TP1: 97, TP2: 95, packaging: 98 }
/** t_r: the highest mean temperature of the bulk that is reckoned with, °C (ADR 4.2.1.9, 4.1.1.4) */
const REFERENCE_CELSIUS = 50

/** Mean cubic expansion, 1/K, from the densities at 15 and 50 °C (any one unit): (d15 − d50)/(35·d50), ADR 4.2.1.9. */
export const expansionOf = (density15: number, density50: number): number => (density15 - density50) / (35 * density50)

/** Highest permitted filled fraction when filled at `celsius`: 0.97/(1 + α(50 − t_f)) under TP1. α in 1/K. */
export const highestFilling = (rule: FillingRule, expansion: number, celsius: number): number =>
  PERCENT[rule] / 100 / (1 + expansion * (REFERENCE_CELSIUS - celsius))

/** The same as papers and pages have it: in hundredths of a per cent. What is over is over by that. */
export const permittedFilling = (rule: FillingRule, expansion: number, celsius: number): number =>
  Math.round(highestFilling(rule, expansion, celsius) * 1e4) / 1e4

export type Filling = { fraction: number; celsius: number }

/** The filled fraction at another temperature: the liquid grows by α per kelvin, the shell is taken as rigid. */
export const fractionAt = (filling: Filling, expansion: number, celsius: number): number =>
  filling.fraction * (1 + expansion * (celsius - filling.celsius))

/** The °C at which no gas space is left: t_f + (1/f0 − 1)/α. Above it the tank is hydraulically locked. */
export const liquidFullCelsius = (filling: Filling, expansion: number): number =>
  filling.celsius + (1 / filling.fraction - 1) / expansion
