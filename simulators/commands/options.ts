import { readFile } from 'node:fs/promises'
import { z } from 'zod'

/** What a command was given wrongly, or cannot do: a sentence, and no stack. */
export class Mistake extends Error {}

const UNITS = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 } as const

/** Seconds, from `90`, `90s`, `15m`, `6h` or `2d`. */
export const seconds = (option: string, text: string): number => {
  const match = /^(\d+(?:\.\d+)?)(|s|m|h|d)$/.exec(text.trim())
  const unit = Object.entries(UNITS).find(([name]) => name === match?.[2])
  if (!match || !unit) throw new Mistake(`--${option} needs seconds, or 15m, 6h, 2d; it was ${text}`)
  return Number(match[1]) * unit[1]
}

export const number = (option: string, text: string, least: number): number => {
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value) || value < least)
    throw new Mistake(`--${option} needs a number of at least ${least}; it was ${text}`)
  return value
}

export const whole = (option: string, text: string, least: number): number => {
  const value = number(option, text, least)
  if (!Number.isInteger(value)) throw new Mistake(`--${option} needs a whole number; it was ${text}`)
  return value
}

export const oneOf = <Choice extends string>(option: string, text: string, choices: readonly Choice[]): Choice => {
  const choice = choices.find((known) => known === text)
  if (choice === undefined) throw new Mistake(`--${option} is one of ${choices.join(', ')}; it was ${text}`)
  return choice
}

export const brokerUrl = (text: string): string => {
  if (!/^(mqtts?|tcp|ssl|wss?):\/\/[^/]/.test(text))
    throw new Mistake(`--mqtt needs an address such as mqtt://127.0.0.1:1883; it was ${text}`)
  return text
}

export const needed = (option: string, value: string | undefined): string => {
  if (value === undefined) throw new Mistake(`--${option} is needed`)
  return value
}

/** The JSON in a file, in the shape asked for. */
export const readJson = async <Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.infer<Schema>> => {
  let body: unknown
  try {
    body = JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Mistake(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : error}`)
  }
  const parsed = schema.safeParse(body)
  if (!parsed.success) throw new Mistake(`${file}: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

/** What every command gets from the process it runs in. */
export type Surroundings = {
  say: (sentence: string) => void
  /** aborted when somebody wants it to end */
  signal: AbortSignal
}
