/**
 * Where a portable tank's relief device starts to open, bar gauge, from the test pressure, bar gauge: 5/6 of it where that
 * is at most 4.5 bar, else 110 % of two thirds of it (UN Model Regulations, portable tanks, 6.7.2.9).
 */
export const reliefStart = (testPressure: number): number =>
  testPressure <= 4.5 ? (testPressure * 5) / 6 : (1.1 * testPressure * 2) / 3

/** It closes again at a pressure not lower than 10 % below that (6.7.2.9), bar gauge. */
export const reliefCloses = (start: number): number => 0.9 * start

/** A frangible disc in series with it bursts 10 % above, bar gauge. */
export const discBursts = (start: number): number => 1.1 * start
