const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const utc = (year: number, month: number, day: number): number | null => {
  const date = new Date(Date.UTC(year < 100 ? 2000 + year : year, month - 1, day))
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : null
}

/**
 * A date as histories write it (2006-06-02, with or without a time and offset; 2-Jun-06; 6/2/06, the month first), epoch ms;
 * null of anything else ("Date Not Captured").
 */
export const readDate = (text: string | undefined): number | null => {
  const value = text?.trim() ?? ''
  const named = /^(\d{1,2})[- ]([a-z]{3})[a-z]*[- ](\d{2}|\d{4})$/i.exec(value)
  if (named !== null) return utc(Number(named[3]), MONTHS.indexOf(named[2]?.toLowerCase() ?? '') + 1, Number(named[1]))
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})$/.exec(value)
  if (slashed !== null) return utc(Number(slashed[3]), Number(slashed[1]), Number(slashed[2]))
  const day = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/.exec(value)
  if (day !== null) return utc(Number(day[1]), Number(day[2]), Number(day[3]))
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(value)) return null
  // without a zone the same everywhere: UTC
  const time = Date.parse(`${value.replace(' ', 'T')}${/(Z|[+-]\d{2}:?\d{2})$/i.test(value) ? '' : 'Z'}`)
  return Number.isNaN(time) ? null : time
}
