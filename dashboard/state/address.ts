import { computed, signal } from '@preact/signals'
import { DEFAULT_UNITS, unitsText } from '../units.ts'
import { units } from './preferences.ts'

type Address = { path: string; query: URLSearchParams }

const current = (): Address => ({ path: location.pathname, query: new URLSearchParams(location.search) })

export const address = signal<Address>({ path: '/', query: new URLSearchParams() })
export const path = computed(() => address.value.path)
/** One parameter of the address, or null. */
export const param = (name: string): string | null => address.value.query.get(name)

const DEFAULT_UNITS_TEXT = unitsText(DEFAULT_UNITS)

/** Units other than the default ones stand in every address, so that a copied link shows the same numbers. */
const withUnits = (query: URLSearchParams): URLSearchParams => {
  const text = unitsText(units.peek())
  if (text === DEFAULT_UNITS_TEXT) query.delete('units')
  else query.set('units', text)
  return query
}

/** Goes to a path of the page. `replace` leaves no step in the history: for filters and settings. */
export const navigate = (href: string, { replace = false } = {}): void => {
  const url = new URL(href, location.href)
  const query = withUnits(url.searchParams).toString()
  const target = `${url.pathname}${query === '' ? '' : `?${query}`}`
  if (replace) history.replaceState(null, '', target)
  else history.pushState(null, '', target)
  const samePage = url.pathname === address.peek().path
  address.value = current()
  if (!samePage) document.querySelector('main')?.scrollTo(0, 0)
}

/** Changes parameters of the address where one is; null takes one out. */
export const setParams = (changes: Record<string, string | null>, { replace = true } = {}): void => {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(name)
    else query.set(name, value)
  }
  navigate(`${location.pathname}?${query}`, { replace })
}

const isOurs = (event: MouseEvent, link: HTMLAnchorElement): boolean =>
  event.button === 0 &&
  !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.defaultPrevented) &&
  link.target === '' &&
  link.origin === location.origin &&
  !link.pathname.startsWith('/api/')

/** Follows links and the back button without loading the page again. Returns what ends it. */
export const startAddress = (): (() => void) => {
  const onPop = (): void => {
    address.value = current()
  }
  const onClick = (event: MouseEvent): void => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (link === null || !isOurs(event, link) || link.hash !== '') return
    event.preventDefault()
    navigate(link.href)
  }
  address.value = current()
  addEventListener('popstate', onPop)
  document.addEventListener('click', onClick)
  return () => {
    removeEventListener('popstate', onPop)
    document.removeEventListener('click', onClick)
  }
}
