/** A word, a quoted name or a mark of an SQL text. */
export interface SqlToken {
  readonly kind: 'word' | 'name' | 'text' | 'mark'
  /** Words in upper case. */
  readonly text: string
}

const SPACE = /[ \t\r\n]+/y
const WORD = /[\p{L}_][\p{L}\p{M}\p{N}_$]*/uy
const NUMBER = /(?:0x[\da-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)(?![\p{L}_$])/iuy
const PARAMETER = /(?:[:@]|@@)\w+|\$\d+(?![\w$])|\?\d*/y
const MARK = /[()[\],;.=<>!+*/%|&~^:?-]/y
// MySQL takes `--` for a comment only before a space, and others end a comment at a lone carriage return
const LINE_COMMENT = /--(?=[ \t\n]|$|\r\n)[^\r\n]*(?=\r?\n|$)/y
const BLOCK_COMMENT = /\/\*(?![!]|M!)(?:(?!\/\*|\*\/)[^])*\*\//y
const QUOTED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`[\w $.-]+`/y
const PREFIXES: ReadonlySet<string> = new Set(['N', 'B', 'X', 'E'])

/**
 * Reads an SQL text as all common databases would; `undefined` where they would not agree what is text and what is
 * code: comments that some of them run, backslashes before a quote, dollar quotes.
 */
export function tokenizeSql(sql: string): readonly SqlToken[] | undefined {
  if (sql.includes('\0')) return undefined
  const tokens: SqlToken[] = []
  let brackets = 0
  for (let at = 0; at < sql.length;) {
    const skipped = take(SPACE, sql, at) ?? take(LINE_COMMENT, sql, at) ?? take(BLOCK_COMMENT, sql, at)
    if (skipped !== undefined) {
      // SQL Server names things in brackets, where others index arrays
      if (brackets > 0 && skipped.trim() !== '') return undefined
      at += skipped.length
      continue
    }
    // whatever opens a comment and was not read as one is disputed
    if (sql.startsWith('--', at) || sql.startsWith('/*', at) || sql.startsWith('*/', at)) return undefined
    const token = nextToken(sql, at, tokens.at(-1))
    if (token === undefined) return undefined
    if (token.text === '[') brackets++
    else if (token.text === ']') brackets--
    else if (brackets > 0 && token.kind !== 'mark' && token.text.includes(']')) return undefined
    if (brackets < 0) return undefined
    tokens.push({ kind: token.kind, text: token.text })
    at += token.length
  }
  return brackets === 0 ? tokens : undefined
}

function nextToken(
  sql: string,
  at: number,
  before: SqlToken | undefined,
): (SqlToken & { readonly length: number }) | undefined {
  const quoted = take(QUOTED, sql, at)
  if (quoted !== undefined)
    return isPlainQuote(quoted, sql[at - 1] ?? '', before) ? quotedToken(quoted) : undefined
  const word = take(WORD, sql, at)
  if (word !== undefined) return { kind: 'word', text: word.toUpperCase(), length: word.length }
  const value = take(NUMBER, sql, at) ?? take(PARAMETER, sql, at)
  if (value !== undefined) return { kind: 'text', text: value, length: value.length }
  const mark = take(MARK, sql, at)
  return mark === undefined ? undefined : { kind: 'mark', text: mark, length: mark.length }
}

function quotedToken(quoted: string): SqlToken & { readonly length: number } {
  const isName = quoted.startsWith('"') || quoted.startsWith('`')
  const text = isName ? quoted.slice(1, -1).toUpperCase() : quoted
  return { kind: isName ? 'name' : 'text', text, length: quoted.length }
}

// a backslash before a quote ends the text for some and not for others; a word before it may change its meaning
function isPlainQuote(quoted: string, touching: string, before: SqlToken | undefined): boolean {
  if (/(?<!\\)(?:\\\\)*\\['"`]/.test(quoted)) return false
  if (!/[\p{L}\p{N}_$&]/u.test(touching)) return true
  return before?.kind === 'word' && PREFIXES.has(before.text) && quoted.startsWith("'")
}

function take(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
