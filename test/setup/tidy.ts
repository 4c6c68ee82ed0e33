import { afterEach } from 'vitest'
import { tidy } from './afterwards.ts'

// here and not beside `afterwards`: what a test file imports is imported once in a process, and a hook would be the first file's
afterEach(tidy)
