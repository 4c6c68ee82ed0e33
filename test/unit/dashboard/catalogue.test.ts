import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exposureWords } from '../../../dashboard/text/exposure-words.ts'
import { fill } from '../../../dashboard/text/fill.ts'
import { chooseLanguage } from '../../../dashboard/text/language.ts'
import { manageCatalogue } from '../../../dashboard/text/manage.ts'
import { supplierWords } from '../../../dashboard/text/supplier-words.ts'
import { supplyCatalogue } from '../../../dashboard/text/supply.ts'
import { whyWords } from '../../../dashboard/text/why-words.ts'
import { RULES } from '../../../server/model/alarm.ts'
import { FIGURES } from '../../../server/model/figures.ts'

const catalogue = { ...manageCatalogue, ...supplyCatalogue, ...supplierWords, ...exposureWords, ...whyWords }

const gaps = (text: string): string[] =>
  [...text.matchAll(/\{([^}|]+)/g)].map((found) => found[1] ?? '').filter((name, i, all) => all.indexOf(name) === i)

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'dist') return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? sources(path) : /\.tsx?$/.test(entry.name) ? [path] : []
  })

describe('the catalogue', () => {
  it.each(Object.entries(catalogue))('%s has both languages with the same gaps', (_key, { en, zh }) => {
    expect(en.trim()).not.toBe('')
    expect(zh.trim()).not.toBe('')
    expect(gaps(zh).sort()).toEqual(gaps(en).sort())
  })

  it('names every rule of the model', () => {
    for (const rule of RULES) expect(catalogue[`rule.${rule}`].zh).toBeTruthy()
  })

  it('has words and a unit for every figure that any rule writes', () => {
    const server = join(import.meta.dirname, '../../../server')
    const folders = ['rules', 'orders/late'].flatMap((folder) =>
      readdirSync(join(server, folder)).map((name) => join(server, folder, name)),
    )
    const code = [...folders, join(server, 'store/gaps.ts'), join(server, 'store/never-heard.ts')]
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n')
    // the names between the braces of figures, spreads included, and those that are added to them afterwards
    const inside = (from: number): string => {
      let depth = 0
      for (let at = from; at < code.length; at++) {
        if (code[at] === '{') depth++
        if (code[at] === '}' && --depth === 0) return code.slice(from, at + 1)
      }
      return ''
    }
    const literals = [...code.matchAll(/\b(?:figures|steps)\b ?[:=] (?=\{)/g)].map((found) =>
      inside((found.index ?? 0) + found[0].length),
    )
    const written = [
      ...literals.flatMap((literal) => [...literal.matchAll(/[{,]\s*([a-z]\w*)(?=:|,|\s*\})/g)]),
      ...code.matchAll(/\bfigures\.(\w+) = /g),
    ].map(([, name = '']) => name)
    const names = new Set<string>(FIGURES)
    for (const name of [
      'hoursLikely',
      'fullAtCelsius',
      'missingFrom',
      'graceDays',
      'limitCelsius',
      'padPercentPerHour',
    ])
      expect(written).toContain(name)
    expect(written.filter((name) => !names.has(name))).toEqual([])
    for (const name of FIGURES) expect(catalogue[`figure.${name}`].zh).toBeTruthy()
  })

  it('says nothing twice by leaving English in the Chinese', () => {
    const same = Object.entries(catalogue).filter(([, { en, zh }]) => en === zh && /[a-z]{3}/i.test(en))
    expect(same).toEqual([])
  })

  it('holds no text that nothing shows', () => {
    const folder = join(import.meta.dirname, '../../../dashboard')
    const code = sources(folder)
      .filter((path) => !path.includes('-words.ts'))
      .map((path) => readFileSync(path, 'utf8'))
      .join('\n')
    // a key is written out, or is put together from its first part: t(`rule.${rule}`)
    const beginnings = (key: string): string[] =>
      [...key.matchAll(/\./g)].map((dot) => `\`${key.slice(0, dot.index + 1)}\${`)
    const unused = Object.keys(catalogue).filter(
      (key) => !code.includes(`'${key}'`) && !beginnings(key).some((beginning) => code.includes(beginning)),
    )
    expect(unused).toEqual([])
  })

  it('fills gaps, and picks the word that fits the number', () => {
    expect(fill('{n} {n|shipment|shipments}', { n: 1 })).toBe('1 shipment')
    expect(fill('{n} {n|shipment|shipments}', { n: 0 })).toBe('0 shipments')
    expect(fill('{a} to {b}', { a: '$&', b: 'x' })).toBe('$& to x')
  })

  it('takes the language that was chosen, else the first the browser names', () => {
    expect(chooseLanguage('zh', ['en-GB'])).toBe('zh')
    expect(chooseLanguage(null, ['fr-FR', 'zh-CN', 'en'])).toBe('zh')
    expect(chooseLanguage('klingon', ['fr'])).toBe('en')
  })
})
