import { diag } from '@opentelemetry/api'
import type { StepKind } from '../events/event.ts'
import type { AgentInfo, SessionInfo, UserInfo } from '../hooks/hook-context.ts'
import type { JournalSheet } from '../hooks/journal-sheet.ts'
import type { InstrumentCore } from '../instrument/core.ts'
import type { Operation } from './operation.ts'
import type { Run } from './run.ts'
import type { RunTap } from './run-tap.ts'
import type { Spent } from './run-totals.ts'

/** An operation that wants to start. */
export interface AdmissionRequest {
  readonly kind: StepKind
  /** Name of the tool, model, store or protocol method. */
  readonly name: string
  readonly runId: string
  readonly agent: AgentInfo
  readonly session: SessionInfo
  readonly user?: UserInfo | undefined
  /** Where a guard with a state of its own keeps it for the decision journal. Absent without a journal. */
  readonly journal?: JournalSheet | undefined
}

/** Why an operation may not start. */
export interface AdmissionRefusal {
  /** A reason code such as `budget_exceeded`. */
  readonly code: string
  readonly reason: string
}

/** What a model call or tool call has used: `calls` when it starts, the rest when it is known. */
export interface Spending {
  readonly kind: 'modelCall' | 'toolCall' | 'embedding'
  readonly name: string
  readonly runId: string
  readonly agent: AgentInfo
  readonly session: SessionInfo
  readonly user?: UserInfo | undefined
  /** 1 when it starts, -1 when it was paused and will start anew, 0 when its usage becomes known. */
  readonly calls: number
  /** Input and output tokens. */
  readonly tokens?: number | undefined
  /** Dollars, absent where no price is known. */
  readonly costUsd?: number | undefined
}

/** Judges every operation before it starts, model calls included, and is told what was spent. */
export interface AdmissionGuard {
  readonly name: string
  /** Called when an operation is decided and again right before it starts; throwing refuses it `admission_failed`. */
  admit?(request: AdmissionRequest): AdmissionRefusal | undefined
  /** A guard that throws here has lost count, so it refuses everything from then on. */
  spent?(spending: Spending): void
}

const FAILED: AdmissionRefusal = { code: 'admission_failed', reason: 'a guard of this agent has failed' }

/** What the guards of one instrument say of an operation of one run, and who said it. */
export function guardRefusal(
  run: Run,
  operation: Operation,
  tap: RunTap | undefined,
): (AdmissionRefusal & { readonly by: string }) | undefined {
  const { guards } = run.core
  if (guards.length === 0) return undefined
  const { kind, name } = operation
  const request: AdmissionRequest = { kind, name, ...whose(run) }
  for (const guard of guards) {
    const tapped = tap?.admits(guard.name, operation)
    const asked = tapped === undefined ? request : { ...request, journal: tapped.sheet }
    const refusal = run.core.hasFailed(guard) ? FAILED : said(guard, asked)
    tapped?.admitted(refusal)
    if (refusal !== undefined) return { ...refusal, by: guard.name }
  }
  return undefined
}

function said(guard: AdmissionGuard, request: AdmissionRequest): AdmissionRefusal | undefined {
  try {
    const refusal: unknown = guard.admit?.(request)
    if (refusal === undefined) return undefined
    const code: unknown = Reflect.get(Object(refusal), 'code')
    const reason: unknown = Reflect.get(Object(refusal), 'reason')
    return {
      code: typeof code === 'string' ? code : 'admission_refused',
      reason: typeof reason === 'string' ? reason : `${guard.name} refused`,
    }
  } catch {
    return FAILED
  }
}

/** Tells the guards of a run, and of those it runs inside of, what was spent; each instrument hears of it once. */
export function tellSpending(run: Run, spending: Spent): void {
  const told = new Set<InstrumentCore>()
  for (let current: Run | undefined = run; current !== undefined; current = current.parent) {
    const { core } = current
    if (core.guards.length === 0 || told.has(core)) continue
    told.add(core)
    const facts: Spending = { ...spending, ...whose(current) }
    for (const guard of core.guards) {
      const failed = (): void => {
        core.guardFailed(guard)
        diag.error(
          `aos: guard ${guard.name} failed to take up what was spent; it refuses everything from now on`,
        )
      }
      try {
        // one that answers with a promise may fail later
        Promise.resolve(guard.spent?.(facts)).catch(failed)
      } catch {
        failed()
      }
    }
  }
}

function whose(run: Run): Pick<AdmissionRequest, 'runId' | 'agent' | 'session' | 'user'> {
  return { runId: run.id, agent: run.core.agent, session: run.session, user: run.user }
}
