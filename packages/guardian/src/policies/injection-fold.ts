/** Characters that no reader sees: joiners, marks of direction, soft hyphens, variation selectors, tags. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu

const PLAIN = /^[\t\n\r\u0020-\u007e]*$/

const LATIN = /[a-z]/
const LOOKALIKE = /[\u0370-\u04ff\u0500-\u052f\u0530-\u058f\u2c80-\u2cff]/
const WORDS_WITH_LOOKALIKES = /[a-z\u0370-\u058f\u2c80-\u2cff]+/g

const LATIN_TWINS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: 'аα',
    b: 'вьβ',
    c: 'сϲ',
    d: 'ԁ',
    e: 'еєεҽ',
    g: 'ԍց',
    h: 'һհн',
    i: 'іιї',
    j: 'јϳ',
    k: 'кκ',
    l: 'ӏւ',
    m: 'мϻ',
    n: 'пոη',
    o: 'оοσօ',
    p: 'рρ',
    q: 'ԛզ',
    r: 'гր',
    s: 'ѕտ',
    t: 'тτ',
    u: 'υսц',
    v: 'ѵν',
    w: 'ԝшω',
    x: 'хχ',
    y: 'уүγ',
    z: 'ζ',
  }).flatMap(([latin, twins]) => Array.from(twins, (twin): [string, string] => [twin, latin])),
)

/** Whether a text has nothing but visible ASCII characters and white space. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text)
}

/** Takes the characters out of a text that no reader sees. */
export function withoutUnseen(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSEEN, '')
}

/**
 * Gives a text as a reader takes it: unseen characters gone, compatibility forms (full width, mathematical letters)
 * made plain, letters of other scripts inside of Latin words replaced by their twins, in lower case.
 */
export function foldText(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  const folded = text.replace(UNSEEN, '').normalize('NFKC').toLowerCase().replace(UNSEEN, '')
  if (!LOOKALIKE.test(folded)) return withoutAccents(folded)
  return withoutAccents(
    folded.replace(WORDS_WITH_LOOKALIKES, (word) => (LATIN.test(word) ? twinned(word) : word)),
  )
}

/** Whether a word mixes Latin letters with their twins of other scripts. */
export function hasMixedWord(text: string): boolean {
  if (PLAIN.test(text)) return false
  const folded = text.normalize('NFKC').toLowerCase()
  if (!LOOKALIKE.test(folded)) return false
  return (folded.match(WORDS_WITH_LOOKALIKES) ?? []).some(
    (word) => LATIN.test(word) && twinned(word) !== word,
  )
}

function twinned(word: string): string {
  return Array.from(word, (letter) => LATIN_TWINS.get(letter) ?? letter).join('')
}

const BARE: Readonly<Record<string, string>> = { ı: 'i', ł: 'l', ø: 'o', đ: 'd' }

function withoutAccents(text: string): string {
  // only marks on Latin letters: in other scripts they are letters of their own
  const bare = text
    .normalize('NFD')
    .replace(/([a-z])[\u0300-\u036f]+/g, '$1')
    .normalize('NFC')
  return bare.replace(/[ıłøđ]/g, (letter) => BARE[letter] ?? letter)
}
