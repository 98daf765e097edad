import type { AgentInfo, HookSubject, ProtocolMessage, SessionInfo, UserInfo } from '../hooks/hook-context.ts'
import type { HookName } from '../hooks/hook-names.ts'
import type { Question } from './judge-hook.ts'
import type { OperationFacts } from './operation.ts'
import type { Run } from './run.ts'

const NO_FACTS: OperationFacts = {}

/** The facts of one question as handlers see them; each is looked up, and ids are made, only when somebody reads it. */
export class Subject implements HookSubject {
  readonly #run: Run
  readonly #question: Question
  readonly #facts: OperationFacts
  #decisionId: string | undefined
  #answer: ProtocolMessage | undefined

  constructor(run: Run, question: Question) {
    this.#run = run
    this.#question = question
    this.#facts = question.operation.facts ?? NO_FACTS
  }

  get hook(): HookName {
    return this.#question.hook
  }
  get decisionId(): string {
    return (this.#decisionId ??= this.#run.core.newId(this.#run.core.now()))
  }
  get stepId(): string {
    return this.#question.step.id
  }
  get turnId(): string {
    return this.#run.turnId
  }
  get runId(): string {
    return this.#run.id
  }
  get parentRunId(): string | undefined {
    return this.#run.parentRunId
  }
  get agent(): AgentInfo {
    return this.#run.core.agent
  }
  get session(): SessionInfo {
    return this.#run.session
  }
  get user(): UserInfo | undefined {
    return this.#run.user
  }
  get trace(): HookSubject['trace'] {
    return this.#question.step.trace
  }
  get executionId(): string | undefined {
    return this.#question.operation.executionId
  }
  get toolName(): string | undefined {
    const { kind, name } = this.#question.operation
    return kind === 'toolCall' ? name : undefined
  }
  get toolKind(): string | undefined {
    return this.#question.operation.toolKind
  }
  get mcpServer(): string | undefined {
    return this.#facts.mcpServer
  }
  get reasoning(): string | undefined {
    return this.#facts.reasoning
  }
  get enforceable(): boolean {
    return !happenedOutside(this.#question)
  }
  get role(): HookSubject['role'] {
    return this.#facts.role
  }
  get messageId(): string | undefined {
    return this.#facts.messageId
  }
  get part(): HookSubject['part'] {
    return this.#facts.part
  }
  get final(): boolean | undefined {
    return this.#facts.final
  }
  get trigger(): HookSubject['trigger'] {
    return this.#facts.trigger
  }
  get query(): string | undefined {
    return this.#facts.query
  }
  get keywords(): readonly string[] | undefined {
    return this.#facts.keywords
  }
  get isError(): boolean | undefined {
    return this.#question.isError
  }
  get coveredBy(): string | undefined {
    return this.#question.operation.coveredBy
  }
  get protocol(): HookSubject['protocol'] {
    const { protocol } = this.#facts
    if (protocol === undefined || this.#question.phase === 'request') return protocol
    return (this.#answer ??= answerTo(protocol))
  }
}

function answerTo(asked: ProtocolMessage): ProtocolMessage {
  return { ...asked, direction: asked.direction === 'inbound' ? 'outbound' : 'inbound', leg: 'response' }
}

// an effect outside of this process cannot be stopped; what it brought back can still be withheld here
/** Whether what is asked about has happened already, where nobody here can stop it. */
export function happenedOutside({ operation, phase }: Pick<Question, 'operation' | 'phase'>): boolean {
  return operation.enforceable === false && phase === 'request'
}
