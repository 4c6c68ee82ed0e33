import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'

/** A phone's width; the style sheets change at the same one. */
const NARROW = '(max-width: 760px)'

/** Whether the page is as narrow as a phone; follows turning it. */
export const useNarrow = (): boolean => {
  const narrow = useSignal(matchMedia(NARROW).matches)
  useEffect(() => {
    const query = matchMedia(NARROW)
    const onChange = (): void => {
      narrow.value = query.matches
    }
    query.addEventListener('change', onChange)
    return () => query.removeEventListener('change', onChange)
  }, [narrow])
  return narrow.value
}
