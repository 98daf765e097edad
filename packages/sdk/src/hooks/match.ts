/** Says whether a tool name is meant. */
export type ToolMatch = (toolName: string) => boolean

/** Compiles tool names and globs (`*` any text, `?` one character) into one test. */
export function compileMatch(globs: string | readonly string[]): ToolMatch {
  const patterns = (typeof globs === 'string' ? [globs] : globs).map(compileGlob)
  return (toolName) => patterns.some((pattern) => pattern(toolName))
}

function compileGlob(glob: string): ToolMatch {
  if (!/[*?]/.test(glob)) return (toolName) => toolName === glob
  return (toolName) => matchesGlob(glob, toolName)
}

// two pointers with one backtrack point: linear for each star, never exponential
function matchesGlob(glob: string, text: string): boolean {
  let position = 0
  let at = 0
  let starAt = -1
  let resumeAt = 0
  while (at < text.length) {
    const symbol = glob[position]
    if (symbol === '*') {
      starAt = position++
      resumeAt = at
    } else if (symbol === '?' || symbol === text[at]) {
      position++
      at++
    } else if (starAt >= 0) {
      position = starAt + 1
      at = ++resumeAt
    } else {
      return false
    }
  }
  while (glob[position] === '*') position++
  return position === glob.length
}
