/** The colours of the style sheet, resolved for a canvas. */
export type Palette = Record<
  | 'ink'
  | 'ink-2'
  | 'line'
  | 'data'
  | 'data-band'
  | 'data-2'
  | 'limit'
  | 'critical'
  | 'high'
  | 'medium'
  | 'low'
  | 'surface',
  string
>

/** Reads the tokens as they are now, light or dark: a custom property alone would give back `light-dark(…)` unresolved. */
export const readPalette = (): Palette => {
  const probe = document.createElement('span')
  document.body.append(probe)
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  const palette: Palette = {
    ink: read('ink'),
    'ink-2': read('ink-2'),
    line: read('line'),
    data: read('data'),
    'data-band': read('data-band'),
    'data-2': read('data-2'),
    limit: read('limit'),
    critical: read('critical'),
    high: read('high'),
    medium: read('medium'),
    low: read('low'),
    surface: read('surface'),
  }
  probe.remove()
  return palette
}
