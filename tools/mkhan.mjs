// mkhan.mjs UNIHAN_VARIANTS.txt OUT: writes assets/han.bin, the sounds and variants of Chinese characters, once, by hand.
// Run where pinyin-pro 3.29.4 (MIT) and opencc-js 1.4.2 (MIT; its data: Apache 2.0, OpenCC) are installed; UNIHAN_VARIANTS.txt is
// Unihan_Variants.txt of Unicode 15.0 (Unicode licence). src/ident/han.c describes the format. The program itself needs none of them.
import fs from 'fs'
import { createRequire } from 'module'
const require = createRequire(process.cwd() + '/')
const { pinyin } = require('pinyin-pro')
const OpenCC = require('opencc-js')
const [variantsPath, out] = process.argv.slice(2)
const FIRST = 0x3400, LAST = 0x9fff, N = LAST - FIRST + 1

const common = new Set() // GB 2312: the characters everybody writes
const gb = new TextDecoder('gbk')
for (let a = 0xb0; a <= 0xf7; a++)
  for (let b = 0xa1; b <= 0xfe; b++) {
    const c = gb.decode(Uint8Array.of(a, b))
    if (c.length === 1 && c.codePointAt(0) >= FIRST && c.codePointAt(0) <= LAST) common.add(c.codePointAt(0))
  }

const simplify = OpenCC.Converter({ from: 't', to: 'cn' })
const fold = new Array(N).fill(0)
const inside = c => c >= FIRST && c <= LAST
const one = (c, f) => { const s = f(String.fromCodePoint(c)); return [...s].length === 1 ? s.codePointAt(0) : c }
for (let i = 0; i < N; i++) {
  const s = one(FIRST + i, simplify)
  if (s !== FIRST + i && inside(s)) fold[i] = s
}
// A character that is not common stands for the common one that Unicode calls its variant; two common ones stay apart.
const near = new Map()
for (const line of fs.readFileSync(variantsPath, 'utf8').split('\n')) {
  const [code, kind, values] = line.split('\t')
  if (!/^(kSimplifiedVariant|kSemanticVariant|kZVariant)$/.test(kind || '')) continue
  const c = parseInt(code.slice(2), 16)
  for (const v of (values || '').trim().split(' ').filter(x => x)) {
    let t = parseInt(v.slice(2).split('<')[0], 16)
    if (inside(t) && fold[t - FIRST]) t = fold[t - FIRST]
    if (inside(t) && t !== c) near.set(c, [...(near.get(c) || []), t])
  }
}
for (const [c, list] of near) {
  if (!inside(c) || common.has(c) || fold[c - FIRST]) continue
  const good = list.filter(t => common.has(t)).sort((a, b) => a - b)
  if (good.length) fold[c - FIRST] = good[0]
}

for (let i = 0; i < N; i++) // to the end of a chain, and never round
  for (let n = 0; n < 4 && fold[i] && fold[fold[i] - FIRST]; n++) fold[i] = fold[fold[i] - FIRST]
for (let i = 0; i < N; i++) if (fold[i] && fold[fold[i] - FIRST]) fold[i] = 0

const syllables = [''], number = new Map([['', 0]])
const id = text => {
  text = text.replace(/ü/g, 'v').replace(/[^a-z]/g, '')
  if (text.length > 6) text = ''
  if (!number.has(text)) number.set(text, syllables.push(text) - 1)
  return number.get(text)
}
const read = (c, mode) => pinyin(String.fromCodePoint(c), { toneType: 'none', type: 'array', mode, nonZh: 'removed' })[0] || ''
const sound = [], surname = []
for (let i = 0; i < N; i++) {
  const plain = id(read(FIRST + i, 'normal')), as = id(read(FIRST + i, 'surname'))
  sound.push(plain)
  if (as && as !== plain && common.has(FIRST + i)) surname.push([FIRST + i, as])
}
// Sounds that people and typists take for each other.
const blunt = s => s.replace(/^zh/, 'z').replace(/^ch/, 'c').replace(/^sh/, 's').replace(/^n(?=[aeiouv])/, 'l').replace(/^h(?=u)/, 'f')
  .replace(/^fu(?=[aeio])/, 'f').replace(/ng$/, 'n').replace(/^r(?=[aeiou])/, 'l')
const nearId = new Map(), nears = syllables.map(s => {
  const b = blunt(s)
  if (!nearId.has(b)) nearId.set(b, nearId.size)
  return nearId.get(b)
})
if (fold.some((f, i) => f === FIRST + i)) throw new Error('a character folds to itself')
const head = Buffer.alloc(16)
head.write('HAN2', 0, 'latin1')
head.writeUInt16LE(syllables.length, 4)
head.writeUInt16LE(surname.length, 6)
head.writeUInt32LE(FIRST, 8)
head.writeUInt32LE(N, 12)
const words = (list) => { const b = Buffer.alloc(list.length * 2); list.forEach((v, i) => b.writeUInt16LE(v, i * 2)); return b }
const texts = Buffer.alloc(syllables.length * 8)
syllables.forEach((s, i) => texts.write(s, i * 8, 'latin1'))
const further = [] // characters everybody writes, as they are read besides
for (let i = 0; i < N; i++) {
  if (!common.has(FIRST + i)) continue
  const all = pinyin(String.fromCodePoint(FIRST + i), { toneType: 'none', type: 'array', multiple: true, nonZh: 'removed' })
  const known = all.map(x => number.get(x.replace(/ü/g, 'v').replace(/[^a-z]/g, ''))).filter(x => x && x !== sound[i])
  for (const x of [...new Set(known)].sort((a, b) => a - b)) further.push(FIRST + i, x)
}
fs.writeFileSync(out, Buffer.concat([head, words(sound), words(fold), words(surname.flat()), words(nears), texts,
  words([further.length / 2]), words(further)]))
console.log(`${syllables.length} syllables, ${nearId.size} when blunt, ${sound.filter(x => x).length} characters, ` +
  `${fold.filter(x => x).length} variants, ${surname.length} surnames read otherwise, ${further.length / 2} further readings`)
