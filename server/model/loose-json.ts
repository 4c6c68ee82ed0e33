/**
 * JSON as devices write it. Some firmware (and Python's json module) writes NaN and Infinity bare, which is not JSON: such
 * a value is one bad measure, not a bad message, so it is read as text and refused as a measure later. And some begin with
 * a byte order mark, which RFC 8259 (8.1) lets a reader ignore.
 */
export const parseLooseJson = (
  payload: Buffer,
): { ok: true; value: unknown; text: string } | { ok: false; reason: string } => {
  const whole = payload.toString('utf8')
  const text = whole.charCodeAt(0) === 0xfeff ? whole.slice(1) : whole
  try {
    return { ok: true, value: JSON.parse(text), text }
  } catch (error) {
    try {
      return { ok: true, value: JSON.parse(quoteBareNumbers(text)), text }
    } catch {
      return { ok: false, reason: `not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}` }
    }
  }
}

const quoteBareNumbers = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (match) => (match.startsWith('"') ? match : `"${match}"`))

/**
 * The elements of the list that a JSON object holds under `name`, as they were written: 1e309, which is read as infinity,
 * would be written anew as null. Of a name that is there twice the last counts, as it does in JSON.parse.
 */
export const elementsAsWritten = (text: string, name: string): string[] => {
  const elements: string[] = []
  let depth = 0
  let inList = false
  let from = 0
  let key: string | null = null
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/g)) {
    if (inList && depth === 2 && (token === ',' || token === ']')) {
      elements.push(text.slice(from, index).trim())
      from = index + 1
      if (token === ']') inList = false
    }
    if (token === '[' || token === '{') {
      depth++
      if (depth === 2 && key === name) {
        elements.length = 0
        inList = token === '['
        from = index + 1
      }
    } else if (token === ']' || token === '}') depth--
    else if (token === ',') key = depth === 1 ? null : key
    else if (depth === 1 && key === null) key = JSON.parse(token)
  }
  return elements
}
