/** Fills the gaps of one text. */
export const fill = (text: string, values: Record<string, string | number>): string =>
  text.replace(/\{([^}|]+)(?:\|([^}|]*)\|([^}]*))?\}/g, (_, name: string, one?: string, other?: string) => {
    const value = values[name]
    if (one === undefined || other === undefined) return String(value ?? '')
    return String(value === 1 ? one : other)
  })
