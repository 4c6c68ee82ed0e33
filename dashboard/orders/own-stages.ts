import { signal } from '@preact/signals'
import type { OwnStages } from '../text/orders.ts'

/** Stages of one's own by id, asked for once. */
export const ownStages = signal<OwnStages>(new Map())
