import type { Encoding } from '../../model/import.ts'

const strictly = (bytes: Uint8Array, encoding: Encoding): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/**
 * Bytes to text. A byte order mark decides; else UTF-8 where it is valid UTF-8 (other text hardly ever is), else GB18030,
 * which Chinese Excel writes, else Windows-1252, which any bytes are. `wanted` overrides. Pure.
 */
export const decodeText = (bytes: Uint8Array, wanted?: Encoding): { text: string; encoding: Encoding } => {
  // what a person says is believed, even where some of it can't be read
  if (wanted !== undefined) return { text: new TextDecoder(wanted).decode(bytes), encoding: wanted }
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16le' }
  for (const encoding of ['utf-8', 'gb18030'] as const) {
    const text = strictly(bytes, encoding)
    if (text !== null) return { text, encoding }
  }
  return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' }
}

const DELIMITERS = [',', ';', '\t', '|'] as const
const LOOKED_AT = 20

/** How many fields each of the first records has, if this is the delimiter; quotes are respected. */
const widths = (text: string, delimiter: string): number[] => {
  const counts: number[] = []
  let fields = 1
  let quoted = false
  for (let i = 0; i < text.length && counts.length < LOOKED_AT; i++) {
    const sign = text[i]
    if (sign === '"') quoted = !quoted
    else if (quoted) continue
    else if (sign === delimiter) fields++
    else if (sign === '\n') {
      counts.push(fields)
      fields = 1
    }
  }
  if (counts.length < LOOKED_AT) counts.push(fields)
  return counts
}

/** The delimiter by which the first records have most often the same number of fields, and more than one. Pure. */
export const detectDelimiter = (text: string): string => {
  let best: { delimiter: string; score: number } = { delimiter: ',', score: 0 }
  for (const delimiter of DELIMITERS) {
    const counts = widths(text, delimiter).filter((count) => count > 1)
    const usual = new Map<number, number>()
    for (const count of counts) usual.set(count, (usual.get(count) ?? 0) + 1)
    for (const [count, times] of usual) {
      // agreement first, then the number of columns
      const score = times * 1000 + count
      if (score > best.score) best = { delimiter, score }
    }
  }
  return best.delimiter
}
