import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds under WCAG 2.2 A and AA, one line each. */
export const violations = async (page: Page): Promise<string[]> => {
  await page.evaluate(AXE)
  const results: AxeResults = await page.evaluate(
    'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })',
  )
  return results.violations
    .filter((found) => found.impact === 'serious' || found.impact === 'critical')
    .flatMap((found) =>
      found.nodes.slice(0, 4).map((node) => `${found.id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`),
    )
}
