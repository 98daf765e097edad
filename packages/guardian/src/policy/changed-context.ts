import type { PolicyContext } from './policy.ts'

/** A step as the policies after a modify see it: everything the same, but the value. */
export class ChangedContext implements PolicyContext {
  readonly #base: PolicyContext
  readonly value: unknown
  readonly pass: 'first' | 'recheck'

  constructor(base: PolicyContext, value: unknown, pass: 'first' | 'recheck') {
    this.#base = base
    this.value = value
    this.pass = pass
  }

  get hook(): PolicyContext['hook'] {
    return this.#base.hook
  }
  get decisionId(): string {
    return this.#base.decisionId
  }
  get turnId(): string {
    return this.#base.turnId
  }
  get runId(): string {
    return this.#base.runId
  }
  get executionId(): string | undefined {
    return this.#base.executionId
  }
  get agent(): PolicyContext['agent'] {
    return this.#base.agent
  }
  get session(): PolicyContext['session'] {
    return this.#base.session
  }
  get user(): PolicyContext['user'] {
    return this.#base.user
  }
  get toolName(): string {
    return this.#base.toolName
  }
  get toolKind(): string | undefined {
    return this.#base.toolKind
  }
  get mcpServer(): string | undefined {
    return this.#base.mcpServer
  }
  get reasoning(): string | undefined {
    return this.#base.reasoning
  }
  get role(): PolicyContext['role'] {
    return this.#base.role
  }
  get part(): PolicyContext['part'] {
    return this.#base.part
  }
  get final(): boolean | undefined {
    return this.#base.final
  }
  get query(): string | undefined {
    return this.#base.query
  }
  get keywords(): readonly string[] | undefined {
    return this.#base.keywords
  }
  get isError(): boolean | undefined {
    return this.#base.isError
  }
  get protocol(): PolicyContext['protocol'] {
    return this.#base.protocol
  }
  get parentRunId(): string | undefined {
    return this.#base.parentRunId
  }
  get trigger(): PolicyContext['trigger'] {
    return this.#base.trigger
  }
  get journal(): PolicyContext['journal'] {
    return this.#base.journal
  }
  get signal(): AbortSignal {
    return this.#base.signal
  }
}
