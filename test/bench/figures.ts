export type Goal = { at: 'least' | 'most'; value: number }
export type Figure = { name: string; value: number; unit: string; goal?: Goal }

/** Where a measurement puts what it found: `note` prints a line, and keeps it for the line of JSON at the end. */
export type Notes = {
  note(name: string, value: number, unit: string, goal?: Goal): void
  /** what could not be measured, and why: so that nobody takes its absence for success */
  notRun(sentence: string): void
  least(value: number): Goal
  most(value: number): Goal
}

export const createNotes = (): Notes & { figures: Figure[]; missing: string[] } => {
  const figures: Figure[] = []
  const missing: string[] = []
  return {
    figures,
    missing,
    note: (name, value, unit, goal) => {
      figures.push({ name, value: Math.round(value * 1000) / 1000, unit, ...(goal !== undefined && { goal }) })
      console.log(
        `${name.padEnd(62)} ${(value >= 1000 ? Math.round(value).toLocaleString('en') : String(Math.round(value * 1000) / 1000)).padStart(10)} ${unit}${judged(value, goal)}`,
      )
    },
    notRun: (sentence) => {
      missing.push(sentence)
      console.log(`!!! NOT RUN: ${sentence}`)
    },
    least: (value) => ({ at: 'least', value }),
    most: (value) => ({ at: 'most', value }),
  }
}

const judged = (value: number, goal: Goal | undefined): string => {
  if (goal === undefined) return ''
  const met = goal.at === 'least' ? value >= goal.value : value <= goal.value
  return ` (goal ${goal.at === 'least' ? '≥' : '≤'} ${goal.value}: ${met ? 'met' : 'MISSED'})`
}
