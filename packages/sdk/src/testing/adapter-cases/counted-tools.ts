import type { CaseTools } from '../describe-adapter.ts'

/** Tools that count what they really did. */
export interface CountedTools {
  readonly tools: CaseTools
  readonly done: Readonly<Record<string, string[]>>
}

/** Makes tools whose side effect is a list of the queries they were executed with. */
export function countedTools(...names: readonly string[]): CountedTools {
  const done: Record<string, string[]> = {}
  const tools: Record<string, (args: { readonly query: string }) => unknown> = {}
  for (const name of names) {
    const queries: string[] = []
    done[name] = queries
    tools[name] = ({ query }) => {
      queries.push(query)
      return `${name} found ${query}`
    }
  }
  return { tools, done }
}
