export type DangerousGoods = {
  un: string | null
  name: string
  /** danger labels, subsidiary ones in brackets: `6.1 (3)` */
  hazardClass: string | null
  packingGroup: string | null
  /** tunnel restriction code without its brackets: `C/D`, or `-` where no tunnel is closed to it */
  tunnelCode: string | null
  /** °C, where temperature control applies */
  control: number | null
  emergency: number | null
}

export type AdrLine = { ok: true; line: string; missing: string[] } | { ok: false; reason: string }

/**
 * The line of the transport document, in the order of ADR 5.4.1.1.1 (a)–(d), (k): UN number, proper shipping name,
 * labels, packing group, tunnel code in brackets. Control and emergency temperature stand behind it (5.4.1.2.3.1).
 * `missing` names what the record lacks; gases and organic peroxides have no packing group.
 */
export const adrLine = (goods: DangerousGoods): AdrLine => {
  const { un, name, hazardClass, packingGroup, tunnelCode, control, emergency } = goods
  if (un === null) return { ok: false, reason: `${name} has no UN number here, so no ADR line can be made of it.` }
  const hasGroup = hazardClass === null || !/^(1|2|5\.2|6\.2|7)/.test(hazardClass)
  const parts = [
    `UN ${un} ${name}`,
    hazardClass,
    hasGroup ? packingGroup : null,
    tunnelCode === null ? null : `(${tunnelCode})`,
  ]
  const temperatures = [
    control === null ? [] : `control temperature: ${control} °C`,
    emergency === null ? [] : `emergency temperature: ${emergency} °C`,
  ].flat()
  const missing = [
    hazardClass === null ? 'the danger labels' : [],
    hasGroup && packingGroup === null ? 'the packing group' : [],
    tunnelCode === null ? 'the tunnel restriction code' : [],
  ].flat()
  const line = [...parts.filter((part) => part !== null), ...temperatures].join(', ')
  return { ok: true, line, missing }
}
