import type { ComponentChildren } from 'preact'
import type { Priority } from '../../server/model/alarm.ts'

const Stroke = ({ children }: { children: ComponentChildren }) => (
  <svg
    class="icon"
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    {children}
  </svg>
)

export const FleetIcon = () => (
  <Stroke>
    <rect x="2" y="5" width="16" height="7" rx="3.500" />
    <path d="M2 14.500h16M6 17h.01M14 17h.01" />
  </Stroke>
)
export const AlarmIcon = () => (
  <Stroke>
    <path d="M4.500 14.500h11l-1.300-2V8.700a4.200 4.200 0 0 0-8.400 0v3.800zM8.500 17h3" />
  </Stroke>
)
export const OrdersIcon = () => (
  <Stroke>
    <path d="M5 3h10v14l-2.500-1.500L10 17l-2.500-1.500L5 17zM8 7h4M8 10.500h4" />
  </Stroke>
)
export const ManageIcon = () => (
  <Stroke>
    <path d="M3 17V6l7-3 7 3v11M3 17h14M8 17v-4h4v4M7.500 8.500h.01M12.500 8.500h.01" />
  </Stroke>
)
export const PersonIcon = () => (
  <Stroke>
    <circle cx="10" cy="7" r="3.300" />
    <path d="M3.500 17c.6-3.400 3.100-5 6.500-5s5.900 1.600 6.500 5" />
  </Stroke>
)
export const SettingsIcon = () => (
  <Stroke>
    <path d="M3 6h8M15 6h2M3 14h2M9 14h8" />
    <circle cx="13" cy="6" r="2" />
    <circle cx="7" cy="14" r="2" />
  </Stroke>
)
export const ClockIcon = () => (
  <Stroke>
    <circle cx="10" cy="10" r="7.300" />
    <path d="M10 5.800V10l2.800 1.800" />
  </Stroke>
)
export const UnplugIcon = () => (
  <Stroke>
    <path d="M3 3l14 14M5 8.500a8 8 0 0 1 2-1.200M15 8.500a8 8 0 0 0-3.500-1.700M8 12a3.500 3.500 0 0 1 2-.7M10 15.500h.01" />
  </Stroke>
)
export const PhoneIcon = () => (
  <Stroke>
    <path d="M4 3.500h3l1.300 3.700-1.800 1.300a9 9 0 0 0 5 5l1.300-1.800 3.700 1.300v3c-7 .8-13.300-5.500-12.500-12.500z" />
  </Stroke>
)
export const CheckIcon = () => (
  <Stroke>
    <path d="M4 10.500l4 4 8-9" />
  </Stroke>
)

const SHAPES: Record<Priority, ComponentChildren> = {
  critical: <path d="M6.500 1h7L19 6.500v7L13.500 19h-7L1 13.500v-7z" />,
  high: <path d="M10 1.200 19.200 18H.8z" />,
  medium: <rect x="2" y="2" width="16" height="16" rx="1" />,
  low: <circle cx="10" cy="10" r="8.500" />,
}
const NUMBERS: Record<Priority, string> = { critical: '1', high: '2', medium: '3', low: '4' }

/** A priority by shape, number and colour, so that none of the three has to be told apart alone (ISA-101, WCAG 1.4.1). */
export const PriorityIcon = ({ priority, quiet = false }: { priority: Priority; quiet?: boolean }) => (
  <svg class={`icon priority ${priority}${quiet ? ' quiet' : ''}`} viewBox="0 0 20 20" aria-hidden="true">
    {SHAPES[priority]}
    <text x="10" y={priority === 'high' ? 16 : 14.5} text-anchor="middle">
      {NUMBERS[priority]}
    </text>
  </svg>
)
