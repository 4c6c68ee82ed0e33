import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exposureWords } from '../../../dashboard/text/exposure-words.ts'
import { fill } from '../../../dashboard/text/fill.ts'
import { chooseLanguage } from '../../../dashboard/text/language.ts'
import { manageCatalogue } from '../../../dashboard/text/manage.ts'
import { orderCatalogue } from '../../../dashboard/text/orders.ts'
import { supplierWords } from '../../../dashboard/text/supplier-words.ts'
import { RULES } from '../../../server/model/alarm.ts'

const catalogue = { ...manageCatalogue, ...orderCatalogue, ...supplierWords, ...exposureWords }

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
