import type { HookAnswer, HookName } from '@aos/sdk'
import { isStep, kept } from '../policy/kept-state.ts'
import type { Policy, PolicyContext, PolicyQuestion, PolicyState } from '../policy/policy.ts'
import { calledTool } from '../policy/tool-name-of.ts'
import { sideOf } from '../protocol-side.ts'
import { followsMadeLink, provenanceOf, stringsOf } from './taint-arguments.ts'
import { readTaint, type Taint, type TaintOptions } from './taint-options.ts'
import { TaintState, type SessionTaint } from './taint-state.ts'
import { KnownText } from './provenance.ts'
import { callOf, UNREADABLE_CALL } from './tool-access-call.ts'

/**
 * Follows what a session has read: after text that anybody may have written, a call with an effect needs approval
 * unless everything that it names, and every address in it, stands in what the user has said. It cannot tell what a
 * user pastes into a message from what the user says.
 */
export function taint(options: TaintOptions = {}): Policy {
  const read = readTaint(options)
  const keeper = new TaintKeeper(read)
  return {
    name: read.name,
    hooks: hooksOf(read),
    requires: requiredBy(read),
    shadow: options.shadow,
    evaluate: (context) => keeper.evaluate(context),
    state: keeper,
    close: () => keeper.close(),
  }
}

function hooksOf({ knowledge, memory, protocols }: Taint): readonly HookName[] {
  const hooks: HookName[] = ['agentTrigger', 'message', 'toolCallRequest', 'toolCallResult', 'mcp']
  if (knowledge) hooks.push('knowledgeRetrieval')
  if (memory !== 'trusted') hooks.push('memoryStore', 'memoryContextRetrieval')
  if (protocols) hooks.push('a2a')
  return hooks
}

function requiredBy({ knowledge, memory }: Taint): readonly HookName[] {
  const hooks: HookName[] = ['message', 'toolCallRequest', 'toolCallResult']
  if (knowledge) hooks.push('knowledgeRetrieval')
  if (memory !== 'trusted') hooks.push('memoryContextRetrieval')
  return hooks
}

class TaintKeeper implements PolicyState {
  readonly #options: Taint
  readonly #state: TaintState
  readonly #vouched = new KnownText()

  constructor(options: Taint) {
    this.#options = options
    this.#state = new TaintState(options.maxSessions)
    for (const text of options.trustedText) this.#vouched.learn(text)
  }

  evaluate(context: PolicyContext): HookAnswer | undefined {
    switch (context.hook) {
      case 'toolCallRequest':
        return this.#judge(context)
      case 'agentTrigger':
        return this.#hearTrigger(context)
      case 'message':
        return this.#hear(context)
      case 'toolCallResult':
        return this.#readTool(context, context.toolName)
      case 'memoryStore':
        return this.#label(context)
      case 'memoryContextRetrieval':
        return this.#recall(context)
      case 'knowledgeRetrieval':
        return this.#read(context, 'knowledge')
      case 'mcp':
        return this.#judgeMcp(context)
      case 'a2a':
        return context.protocol?.direction === 'inbound' ? this.#read(context, 'a2a') : undefined
    }
  }

  /** A call that goes out is judged as one; what comes in is read, unless somebody asks it of a server of one's own. */
  #judgeMcp(context: PolicyContext): HookAnswer | undefined {
    const { protocol } = context
    if (protocol?.direction !== 'inbound') {
      const call = callOf(context)
      return call === 'unreadable' ? UNREADABLE_CALL : call && this.#judge(call)
    }
    const isAsked = protocol.leg === 'request' && sideOf(protocol) === 'server'
    if (!this.#options.protocols || isAsked) return undefined
    const tool = calledTool(context)
    return tool === undefined ? this.#read(context, 'mcp') : this.#readTool(context, tool)
  }

  close(): void {
    this.#state.clear()
  }

  save(question: PolicyQuestion): unknown {
    if (!isStep(question)) return null
    const isRecall = question.hook === 'memoryContextRetrieval'
    const clean = isRecall ? itemsOf(question.value).map((item) => this.#state.isClean(question, item)) : null
    return { session: this.#state.save(question), clean }
  }

  restore(question: PolicyQuestion, state: unknown): void {
    if (!isStep(question)) return
    this.#state.restore(question, kept(state, 'session'))
    const clean = kept(state, 'clean')
    if (!Array.isArray(clean)) return
    for (const [at, item] of itemsOf(question.value).entries())
      if (clean[at] === true) this.#state.noteClean(question, item)
      else this.#state.noteTainted(question, item)
  }

  #hearTrigger(context: PolicyContext): undefined {
    if (context.trigger?.type === 'user') return
    this.#state.update(context, (session) => {
      session.markAutonomous(context.turnId)
      readInto(session, context.value, 'event')
    })
  }

  #hear(context: PolicyContext): undefined {
    if (context.role !== 'user') return
    this.#state.update(context, (session) => {
      if (session.autonomousTurns.has(context.turnId)) readInto(session, context.value, 'event')
      else if (this.#isUsers(context, session)) trust(session, context.value)
    })
  }

  // what one agent writes to another is neither the user's word nor news
  #isUsers({ agent, parentRunId }: PolicyContext, session: SessionTaint): boolean {
    const isUsers =
      this.#options.isUsers?.(agent.id) ??
      (parentRunId === undefined && (session.owner ?? agent.id) === agent.id)
    if (isUsers) session.owner ??= agent.id
    return isUsers
  }

  #readTool(context: PolicyContext, toolName: string): undefined {
    const { trustedTool, untrustedTool } = this.#options
    if (trustedTool(toolName)) this.#state.update(context, (session) => trust(session, context.value))
    else if (untrustedTool(toolName)) this.#read(context, toolName)
  }

  #read(context: PolicyContext, source: string): undefined {
    this.#state.update(context, (session) => readInto(session, context.value, source))
  }

  #label(context: PolicyContext): undefined {
    const session = this.#state.of(context)
    const isClean = session !== undefined && session.owner !== undefined && session.sources.size === 0
    for (const item of itemsOf(context.value))
      if (isClean) this.#state.noteClean(context, item)
      else this.#state.noteTainted(context, item)
  }

  #recall(context: PolicyContext): undefined {
    this.#state.update(context, (session) => {
      for (const item of itemsOf(context.value)) {
        if (this.#options.memory === 'labels' && this.#state.isClean(context, item))
          session.trusted.learn(item)
        else readInto(session, item, 'memory')
      }
    })
  }

  #judge(context: PolicyContext): HookAnswer | undefined {
    const { isSink, isReadOnly } = this.#options
    const { toolName, mcpServer, value } = context
    if (!isSink(toolName)) return undefined
    const session = this.#state.of(context)
    if (session?.owner !== undefined && session.sources.size === 0) return undefined
    const known = session === undefined ? [this.#vouched] : [session.trusted, this.#vouched]
    if (isReadOnly(toolName, mcpServer)) {
      const given = session === undefined ? known : [...known, session.seen]
      return followsMadeLink(value, given, this.#options)
        ? this.#objection(session, ['untrusted_destination'], 'follows a link that nobody has given')
        : undefined
    }
    const { unknown, named } = provenanceOf(value, known, this.#options)
    if (unknown.length > 0)
      return this.#objection(
        session,
        ['untrusted_destination'],
        `has arguments that the user never gave (${shown(unknown)})`,
      )
    return named
      ? undefined
      : this.#objection(session, ['tainted_effect'], 'has an effect on nothing that the user has named')
  }

  #objection(session: SessionTaint | undefined, reasonCode: readonly string[], what: string): HookAnswer {
    const sources = [...(session?.sources ?? [])]
    const since =
      sources.length === 0
        ? 'no message of a user was heard in this session'
        : `text was read that nobody vouches for (${shown(sources)})`
    return {
      decision: this.#options.action,
      message: `This call ${what}, and ${since}`,
      reasonCode,
      data: { sources },
    }
  }
}

const MAX_WORDS = 24
const MAX_SEEN = 262_144
const WORD = /^[\p{L}\p{N}_:+-]{1,32}$/u

function trust(session: SessionTaint, value: unknown): void {
  for (const text of stringsOf(value)) session.trusted.learn(text)
}

function readInto(session: SessionTaint, value: unknown, source: string): void {
  let words = 0
  for (const text of stringsOf(value)) {
    session.seen.learn(text.slice(0, MAX_SEEN), true)
    // a word alone tells nobody what to do; an address alone can be where something goes
    if (text !== '') words += WORD.test(text) && !/\d{6}/.test(text) ? 1 : MAX_WORDS
  }
  if (words >= MAX_WORDS) session.taint(source)
}

function itemsOf(value: unknown): readonly string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  return items.map((item) => (typeof item === 'string' ? item : (JSON.stringify(item) ?? '')))
}

function shown(names: readonly string[]): string {
  const first = names.slice(0, 3).map((name) => name.replace(/[^\p{L}\p{N}_.-]/gu, '_').slice(0, 64))
  return names.length > 3 ? `${first.join(', ')} and ${names.length - 3} more` : first.join(', ')
}
