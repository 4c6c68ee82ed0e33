/** What a check of an identifier says: the normal form, or a sentence for the person who typed it. */
export type Checked = { ok: true; value: string } | { ok: false; reason: string }

const CAS = /^(\d{2,7})-(\d{2})-(\d)$/

/**
 * The check digit of a CAS Registry Number: from the right without the last digit, weights 1, 2, 3 …, sum modulo 10
 * (domain facts, section 6). `digits` is the number without its check digit and hyphens.
 */
export const casCheckDigit = (digits: string): number =>
  [...digits].reverse().reduce((sum, digit, index) => sum + Number(digit) * (index + 1), 0) % 10

/** Judges the form of a CAS Registry Number. It proves the form, not that such a substance exists. */
export const checkCas = (text: string): Checked => {
  const value = text.trim()
  const parts = CAS.exec(value)
  if (parts === null)
    return { ok: false, reason: `"${text}" is not a CAS number: it has the form 67-56-1 (2–7, 2 and 1 digits)` }
  const [, first = '', second = '', last = ''] = parts
  const wanted = casCheckDigit(first + second)
  if (wanted !== Number(last))
    return {
      ok: false,
      reason: `CAS ${value} can't be right: its last digit should be ${wanted}, so a digit was mistyped`,
    }
  return { ok: true, value }
}

const UN = /^(?:UN[ -]?)?(\d{4})$/i
/** UN numbers begin with the explosives at 0004; the Model Regulations have reached the 3500s, and grow. */
const LOWEST_UN = 4
const HIGHEST_UN = 3599

/** Judges the form of a UN number, with or without UN in front; the value is its four digits. */
export const checkUn = (text: string): Checked => {
  const digits = UN.exec(text.trim())?.[1]
  if (digits === undefined) return { ok: false, reason: `"${text}" is not a UN number: it has four digits, as UN 1230` }
  if (Number(digits) < LOWEST_UN || Number(digits) > HIGHEST_UN)
    return { ok: false, reason: `UN ${digits} has not been given to any substance: they go from UN 0004 to UN 35xx` }
  return { ok: true, value: digits }
}
