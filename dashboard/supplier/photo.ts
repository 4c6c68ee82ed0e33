/** The longer side of a picture as it is sent, px: enough to read a label. */
const LONGEST_PX = 1280
/** Of the file, before it is written as text. */
const MOST_BYTES = 250_000

const asText = (blob: Blob): Promise<string> =>
  new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(blob)
  })

/**
 * A picture made small enough for a poor network, as a data: URL of a JPEG. Drawn anew, so that it tells nothing of where
 * and with what it was taken. Null where the file is no picture that this browser reads.
 */
export const smaller = async (file: Blob): Promise<string | null> => {
  try {
    const picture = await createImageBitmap(file)
    for (let longest = LONGEST_PX; longest > 200; longest = Math.round(longest * 0.7)) {
      const scale = Math.min(1, longest / Math.max(picture.width, picture.height))
      const canvas = document.createElement('canvas')
      canvas.width = Math.max(1, Math.round(picture.width * scale))
      canvas.height = Math.max(1, Math.round(picture.height * scale))
      canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.72))
      if (blob !== null && blob.size <= MOST_BYTES) return await asText(blob)
    }
  } catch {
    // no picture
  }
  return null
}
