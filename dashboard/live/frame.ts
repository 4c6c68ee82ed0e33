/**
 * Calls `work` at most once per animation frame, however often it is asked. A hidden page gets no frames: then it
 * runs on a timer of a second, so that what waits stays small.
 */
export const onceAFrame = (work: () => void) => {
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const run = (): void => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    frame = 0
    timer = undefined
    work()
  }
  return {
    ask() {
      if (frame !== 0 || timer !== undefined) return
      if (document.hidden) timer = setTimeout(run, 1000)
      else frame = requestAnimationFrame(run)
    },
    cancel() {
      cancelAnimationFrame(frame)
      clearTimeout(timer)
      frame = 0
      timer = undefined
    },
  }
}
