/** Fewer than so many say little of anybody: a share of them is not worth a judgement. */
export const FEW = 5
