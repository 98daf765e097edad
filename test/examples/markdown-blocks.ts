/** A fenced code block of a Markdown file, with the comment that stands right above it. */
export interface Block {
  readonly file: string
  /** Line of the opening fence, from 1. */
  readonly line: number
  readonly language: string
  readonly code: string
  /** Names that `<!-- runs with: a, b from path -->` gives the block. */
  readonly runsWith: { readonly names: string; readonly path: string } | undefined
  /** Reason of `<!-- not run: reason -->`. */
  readonly notRun: string | undefined
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*(\S*)/
const RUNS_WITH = /^<!-- runs with: (.+) from (\S+) -->$/
const NOT_RUN = /^<!-- not run: (.+) -->$/

/** Finds the fenced blocks of a Markdown text. */
export function findBlocks(file: string, markdown: string): readonly Block[] {
  const lines = markdown.split('\n')
  const blocks: Block[] = []
  let above = ''
  for (let index = 0; index < lines.length; index += 1) {
    const text = lines[index] ?? ''
    const [, indent = '', fence, language = ''] = FENCE.exec(text) ?? []
    if (fence === undefined) {
      if (text.trim() !== '') above = text.trim()
      continue
    }
    const end = lines.findIndex((line, at) => at > index && line.trim() === fence)
    if (end < 0) throw new Error(`${file}:${index + 1} opens a block that never ends`)
    const code = lines.slice(index + 1, end).map((line) => line.slice(indent.length))
    blocks.push({ file, line: index + 1, language, code: code.join('\n'), ...commentOf(above) })
    above = ''
    index = end
  }
  return blocks
}

function commentOf(above: string): Pick<Block, 'runsWith' | 'notRun'> {
  const [, names, path] = RUNS_WITH.exec(above) ?? []
  return {
    runsWith: names === undefined || path === undefined ? undefined : { names, path },
    notRun: NOT_RUN.exec(above)?.[1],
  }
}

/** What is wrong with how a block is covered; nothing where it is run, or checked for a stated reason. */
export function coverageProblem({ language, notRun }: Block): string | undefined {
  if (language === 'ts') return notRun === undefined ? undefined : 'TypeScript is always run'
  if (language === 'json' || language === 'yaml') return undefined
  return notRun === undefined ? `"${language}" is not run: say why in <!-- not run: … -->` : undefined
}

/** The texts that `console.log(…) // text` promises, in order; `…` stands for anything. */
export function promisedOutput(code: string): readonly string[] {
  return code.split('\n').flatMap((line) => /console\.log\(.*\)\s*\/\/ (.+)$/.exec(line)?.slice(1) ?? [])
}

/** The first promised text that the output does not hold where it should; white space does not count. */
export function brokenPromise(code: string, output: string): string | undefined {
  const bare = (text: string): string => text.replaceAll(/\s+/g, '')
  const printed = bare(output)
  let position = 0
  for (const promise of promisedOutput(code)) {
    for (const part of promise.split('…').map(bare)) {
      const at = printed.indexOf(part, position)
      if (at < 0) return promise
      position = at + part.length
    }
  }
  return undefined
}
