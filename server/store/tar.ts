/** Tar as POSIX has it (pax, ustar interchange format), as far as PostgreSQL's base backups use it. */
export const BLOCK = 512

const text = (block: Buffer, from: number, length: number): string => {
  const field = block.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.subarray(0, end < 0 ? length : end).toString('utf8')
}

const checksumOf = (block: Buffer): number => {
  let sum = 8 * 0x20 // the field of the checksum itself counts as blanks
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += block[i] ?? 0
  return sum
}

export type Member = { name: string; size: number; mode: number; isFolder: boolean }

/** What a header says of what follows; null for the empty block at an archive's end. Throws when it is no header. */
export const readHeader = (block: Buffer): Member | null => {
  if (block.every((byte) => byte === 0)) return null
  if (Number.parseInt(text(block, 148, 8), 8) !== checksumOf(block)) throw new Error('the archive is damaged')
  const kind = String.fromCharCode(block[156] ?? 0)
  if (!'05\0'.includes(kind)) throw new Error(`the archive holds what is neither a file nor a folder (${kind})`)
  const prefix = text(block, 345, 155)
  const name = (prefix === '' ? '' : `${prefix}/`) + text(block, 0, 100)
  // more than 8 GiB do not fit in octal digits: then the first bit is set, and the rest is binary
  const size = (block[124] ?? 0) >= 0x80 ? Number(block.readBigUInt64BE(128)) : Number.parseInt(text(block, 124, 12), 8)
  const isFolder = kind === '5'
  return { name, size: isFolder ? 0 : size, mode: Number.parseInt(text(block, 100, 8), 8) & 0o777, isFolder }
}

/** A small file, whole: header, bytes, and what fills up the last block. */
export const fileInTar = (name: string, bytes: Buffer): Buffer => {
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1')
  header.write(name, 0, 'utf8')
  octal(0o600, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(bytes.length, 124, 12)
  octal(0, 136, 12)
  header.write('0', 156, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  octal(checksumOf(header), 148, 8)
  return Buffer.concat([header, bytes, Buffer.alloc(padding(bytes.length))])
}

export const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK
