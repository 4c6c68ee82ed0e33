import type { Substance } from '../../server/model/masterdata.ts'
import type { PersonPart } from '../../server/model/report.ts'

export const PARTS = ['emergency', 'consignor', 'consignee', 'dispatcher'] as const satisfies readonly PersonPart[]
/** The words by which the server knows them again. */
export const ROLES = {
  emergency: '24-hour emergency',
  consignor: 'consignor',
  consignee: 'consignee',
  dispatcher: 'dispatcher',
}

/** How a substance stands in the list that is searched: by UN number, name and CAS. */
export const substanceText = ({ un, name, cas }: Pick<Substance, 'un' | 'name' | 'cas'>): string =>
  `${un === null ? '' : `UN ${un} `}${name} (CAS ${cas})`

/** One of the list, or what somebody typed: a CAS or a UN number, which the server judges. */
const substanceOf = (text: string, known: readonly Substance[]): { cas: string; un?: string } | { un: string } => {
  const found = known.find((substance) => substanceText(substance) === text)
  if (found !== undefined) return found.un === null ? { cas: found.cas } : { cas: found.cas, un: found.un }
  return text.includes('-') ? { cas: text.trim() } : { un: text.trim() }
}

/** What was filled in, as `POST /shipments` takes it; times are in the viewer's zone. */
export const shipmentBody = (form: FormData, known: readonly Substance[]): Record<string, unknown> => {
  const text = (name: string): string => String(form.get(name) ?? '').trim()
  const number = (name: string): number | null => (text(name) === '' ? null : Number(text(name)))
  const place = (end: string) => ({
    name: text(`${end}.name`),
    lat: number(`${end}.lat`),
    lon: number(`${end}.lon`),
  })
  const [percent, celsius] = [number('fraction'), number('celsius')]
  const instant = (name: string): string | null => {
    const when = new Date(text(name))
    return Number.isNaN(when.getTime()) ? null : when.toISOString()
  }
  return {
    reference: text('reference'),
    substance: substanceOf(text('substance'), known),
    departAt: instant('departAt'),
    eta: instant('eta'),
    origin: place('origin'),
    destination: place('destination'),
    ...(text('tankId') === '' ? {} : { tankId: text('tankId') }),
    ...(percent === null || celsius === null ? {} : { filling: { fraction: percent / 100, celsius } }),
    contacts: PARTS.flatMap((part) =>
      text(`${part}.name`) === '' || text(`${part}.phone`) === ''
        ? []
        : [{ name: text(`${part}.name`), phone: text(`${part}.phone`), role: ROLES[part] }],
    ),
  }
}
