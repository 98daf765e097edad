import { any, gap, phrase, PHRASES, type Phrase } from './injection-phrases.ts'

const FILES =
  /(?:~|\/home\/\w{1,32}|\/root|\$home|%userprofile%)?[/\\]?\.(?:ssh|aws|gnupg|kube|netrc|npmrc|env\b|git-credentials|docker|cursor)|\bid (?:rsa|ed25519)\b|\/etc\/(?:passwd|shadow)|\bmcp\.json|\bwallet\.dat|\bcredentials\.json|\blogin data\b/u
const TOOLS = any('tools?|functions?|servers?')

/**
 * What is looked for where a server tells a model of its tools: there nobody writes to a reader, but every text is read
 * as an instruction of how to use the tool, so that most of these are enough only together.
 */
export const DESCRIPTION_PHRASES: readonly Phrase[] = [
  ...PHRASES,
  { signal: 'secret-file', weight: 0.6, pattern: FILES },
  {
    signal: 'context-request',
    weight: 0.6,
    pattern: phrase(
      any('put|include|pass|append|add|insert|provide|paste|copy|write|send|attach|embed'),
      gap(6),
      any(
        "system prompt|system message|chat history|conversation history|conversation so far|previous messages|earlier messages|(?:full|entire|whole) (?:conversation|context|prompt|chat)|(?:user'?s|all) (?:messages|prompts?|secrets|credentials|passwords)|(?:other|all) tools?|tool list|environment variables|api keys?|its contents?|their contents?",
      ),
    ),
  },
  {
    signal: 'tool-shadowing',
    weight: 0.6,
    pattern: phrase(
      any('when|whenever|each time|every time|if|once'),
      gap(6),
      any('is|are|gets?|was'),
      gap(1),
      any('called|used|invoked|run|requested'),
      gap(8),
      any('always|must|instead|also|secretly|silently|change|replace|redirect'),
    ),
  },
  {
    signal: 'tool-shadowing',
    weight: 0.6,
    pattern: phrase(
      any("must not|do not|don't|never|stop|no longer"),
      gap(1),
      any('use|using|call|calling|invoke|trust'),
      gap(2),
      any('other|another|any other|tool|tools'),
    ),
  },
  {
    signal: 'tool-order',
    weight: 0.4,
    pattern: phrase(
      any('before|prior to|after|first|always|must first|required before'),
      gap(4),
      any('using|use|calling|call|invoking|running|every call|each call|any other|read|pass'),
      gap(3),
      any(`this|any|other|all|the|it|${TOOLS}`),
    ),
  },
  {
    signal: 'role-marker',
    weight: 0.4,
    pattern: /<\/?\s?(?:important|hidden|secret|critical|instructions?|admin|priority)[^<>\n]{0,24}>/u,
  },
  {
    // no page shows a comment, and a model reads it
    signal: 'role-marker',
    weight: 0.5,
    pattern:
      /<!--[^>]{0,400}?\b(?:assistant|agent|model|llm|must|always|never|forward|send|ignore|instead|secretly|do not)\b/u,
  },
]

const LISTS = ['tools', 'prompts', 'resources', 'resourceTemplates', 'skills']

/**
 * The things that a message lists with descriptions, one by one, and what stands beside them; `undefined` where it lists
 * none. The instructions of a server are such a description, too.
 */
export function listedIn(value: unknown): readonly unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value)
  const lists = entries.filter(([name, member]) => LISTS.includes(name) && Array.isArray(member))
  if (lists.length === 0 && !Object.hasOwn(value, 'instructions')) return undefined
  const rest = entries.filter(([name, member]) => !(LISTS.includes(name) && Array.isArray(member)))
  return [Object.fromEntries(rest), ...lists.flatMap(([, items]) => items as readonly unknown[])]
}
