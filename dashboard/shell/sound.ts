import type { Priority } from '../../server/model/alarm.ts'
import type { Sound } from '../state/preferences.ts'

/** Two tones for critical, one for high; short, so that it calls and does not torment. Hz and s. */
const TONES: Partial<Record<Priority, readonly (readonly [hertz: number, at: number])[]>> = {
  critical: [
    [880, 0],
    [660, 0.22],
    [880, 0.44],
  ],
  high: [[660, 0]],
}
const LASTS = 0.18
const LOUDNESS = 0.15

let context: AudioContext | null = null

/** Whether a new alarm of this priority is heard. */
export const isHeard = (priority: Priority, sound: Sound): boolean =>
  sound === 'off' ? false : priority === 'critical' || (sound === 'high' && priority === 'high')

/** Sounds a new alarm. Before anybody has touched the page a browser keeps quiet; that is no error. */
export const sound = async (priority: Priority): Promise<void> => {
  const tones = TONES[priority]
  if (tones === undefined || !('AudioContext' in globalThis)) return
  try {
    context ??= new AudioContext()
    await context.resume()
    for (const [hertz, at] of tones) {
      const from = context.currentTime + at
      const tone = new OscillatorNode(context, { frequency: hertz })
      const volume = new GainNode(context, { gain: 0 })
      volume.gain.setTargetAtTime(LOUDNESS, from, 0.01)
      volume.gain.setTargetAtTime(0, from + LASTS, 0.03)
      tone.connect(volume).connect(context.destination)
      tone.start(from)
      tone.stop(from + LASTS + 0.2)
    }
  } catch {
    // no device to sound on, or none allowed
  }
}
