import type { Course, Mark, StageMarks } from './course.ts'

type Forecast = NonNullable<Course['forecast']>

const left = ({ x }: Mark) => ({ left: `${(x * 100).toFixed(2)}%` })
const between = (from: Mark, to: Mark) => {
  const [begin, end] = from.x <= to.x ? [from, to] : [to, from]
  return { left: `${(begin.x * 100).toFixed(2)}%`, width: `${((end.x - begin.x) * 100).toFixed(2)}%` }
}

/** The lines that go through every row: the days, now, need-by. */
export const Across = ({ course, ticks = true }: { course: Course; ticks?: boolean }) => (
  <>
    {ticks && course.ticks.map((tick) => <span key={tick.at} class="tick" style={left(tick)} />)}
    {course.now.x >= 0 && course.now.x <= 1 && <span class="now-line" style={left(course.now)} />}
    <span class="need-line" style={left(course.needBy)} />
  </>
)

/** Where a stage was planned, is expected and was done; a line joins plan and what became of it. */
export const StageTrack = ({ marks }: { marks: StageMarks }) => {
  const real = marks.actual ?? marks.estimate
  return (
    <>
      {marks.plan !== null && real !== null && (
        <span class={real.at > marks.plan.at ? 'span off' : 'span'} style={between(marks.plan, real)} />
      )}
      {marks.plan !== null && <span class="dot plan" style={left(marks.plan)} />}
      {marks.actual === null && marks.estimate !== null && <span class="dot estimate" style={left(marks.estimate)} />}
      {marks.actual !== null && <span class="dot actual" style={left(marks.actual)} />}
    </>
  )
}

/** From the earliest to the latest arrival of eight in ten, and the middle; what lies past need-by is hatched. */
export const Fan = ({ forecast: { p10, p50, p90 }, needBy }: { forecast: Forecast; needBy: Mark }) => (
  <>
    {needBy.x > p10.x && <span class="fan" style={between(p10, needBy.x < p90.x ? needBy : p90)} />}
    {needBy.x < p90.x && <span class="fan past" style={between(needBy.x > p10.x ? needBy : p10, p90)} />}
    <span class="fan-middle" style={left(p50)} />
  </>
)

/** The whole course in one row, for the list. What it shows is said beside it in words. */
export const SmallTrack = ({ course }: { course: Course }) => (
  <div class="small-track" aria-hidden="true">
    <span class="base" />
    {course.forecast !== null && course.received === null && <Fan forecast={course.forecast} needBy={course.needBy} />}
    <Across course={course} ticks={false} />
    {course.stages.map((marks) => {
      const mark = marks.actual ?? marks.estimate ?? marks.plan
      const kind = marks.actual !== null ? 'actual' : marks.estimate !== null ? 'estimate' : 'plan'
      return mark === null ? null : <span key={marks.stage} class={`dot ${kind}`} style={left(mark)} />
    })}
    {course.received !== null && <span class="arrived" style={left(course.received)} />}
  </div>
)

/** Something that happens once, on a row of its own. */
export const Single = ({ mark, kind }: { mark: Mark; kind: 'arrived' | 'ship' }) => (
  <span class={kind} style={left(mark)} />
)
