type Entry = { en: string; zh: string }

/** Stages of production that everybody knows; those of an organisation's own bring their names along. */
export const stageWords = {
  'stage.raw-material': { en: 'Raw material', zh: '原料到位' },
  'stage.mould-opened': { en: 'Mould opened', zh: '开模' },
  'stage.hot-working': { en: 'Hot working', zh: '热加工' },
  'stage.heat-treated': { en: 'Heat treatment', zh: '热处理' },
  'stage.synthesis': { en: 'Synthesis', zh: '合成' },
  'stage.quality-released': { en: 'Quality release', zh: '质检放行' },
  'stage.filled': { en: 'Filling', zh: '灌装' },
  'stage.ready': { en: 'Ready', zh: '备妥' },
  'stage.picked-up': { en: 'Picked up', zh: '提货' },
} as const satisfies Record<string, Entry>
