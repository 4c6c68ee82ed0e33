import { param, setParams } from '../state/address.ts'

/** Which item of a list is open stands in the address, so that a link leads to it. */
export const useOpened = (id: string): { open: boolean; toggle(): void } => {
  const open = param('open') === id
  return { open, toggle: () => setParams({ open: open ? null : id }) }
}
