/** A slope per unit of x, and the interval in which it lies with the confidence that was asked for. */
export type Slope = { slope: number; low: number; high: number; points: number }

/** Two-sided normal quantiles for the confidences in use. */
const Z: Record<Confidence, number> = { 0.9: 1.6449, 0.95: 1.96, 0.99: 2.5758, 0.999: 3.2905 }
export type Confidence = 0.9 | 0.95 | 0.99 | 0.999

export const median = (values: readonly number[]): number => {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The slopes of one call, which nobody sees: an array of its own each time would cost more than the slopes do. */
let scratch = new Float64Array(512)

/**
 * Theil–Sen: the median of the slopes of all pairs of points, unmoved by outliers in up to 29 % of the points; the interval is
 * Sen's (1968), from the variance of Kendall's S: ranks (N ∓ z·√(n(n−1)(2n+5)/18))/2 of the N sorted slopes. It takes the
 * errors as independent. Work grows with the square of the points: 30 points are 435 slopes.
 * Null where fewer than `least` points have different x. `xs` ascending.
 */
export const theilSen = (
  xs: readonly number[],
  ys: readonly number[],
  confidence: Confidence,
  least = 5,
): Slope | null => {
  const n = Math.min(xs.length, ys.length)
  if (n < least) return null
  const pairs = (n * (n - 1)) / 2
  if (scratch.length < pairs) scratch = new Float64Array(pairs)
  const slopes = scratch
  let count = 0
  for (let i = 0; i < n; i++) {
    const x = xs[i] ?? 0
    const y = ys[i] ?? 0
    for (let j = i + 1; j < n; j++) {
      const run = (xs[j] ?? 0) - x
      if (run > 0) slopes[count++] = ((ys[j] ?? 0) - y) / run
    }
  }
  if (count < least) return null
  const sorted = slopes.subarray(0, count).sort()
  const middle = count >> 1
  const slope = count % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
  const spread = Z[confidence] * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  const low = Math.max(0, Math.floor((count - spread) / 2))
  const high = Math.min(count - 1, Math.ceil((count + spread) / 2))
  return { slope, low: sorted[low] ?? slope, high: sorted[high] ?? slope, points: n }
}
