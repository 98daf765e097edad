import type { InstrumentCore } from '../../instrument/core.ts'
import type { ApprovalInterrupt } from './graph-approval.ts'
import { callIfFunction, isBag, type Bag, type ConfigShape } from './shapes.ts'

const REMEMBERED = 1000
const LOOKED_BACK = 10

const ASKED = new WeakMap<InstrumentCore, Map<string, string>>()

/** Keeps that a graph is paused with this question, in its place among those of its task. */
export function rememberAsked(
  core: InstrumentCore,
  shown: ApprovalInterrupt,
  config: ConfigShape | undefined,
): void {
  const asked = ASKED.get(core) ?? new Map<string, string>()
  ASKED.set(core, asked)
  asked.set(placeOf(config), identityOf(shown))
  const [oldest] = asked.keys()
  if (asked.size > REMEMBERED && oldest !== undefined) asked.delete(oldest)
}

/**
 * Whether the question that was answered is this one, about exactly these arguments: what this process remembers of
 * the place, else what the checkpoints of the thread hold.
 */
export async function wasAsked(
  core: InstrumentCore,
  shown: ApprovalInterrupt,
  config: ConfigShape | undefined,
): Promise<boolean> {
  const remembered = ASKED.get(core)?.get(placeOf(config))
  if (remembered !== undefined) return remembered === identityOf(shown)
  const asked = await lastAsked(shown, config?.configurable ?? {})
  return asked.some(({ parameters }) => core.content.digest(parameters) === shown.digest)
}

function placeOf(config: ConfigShape | undefined): string {
  const { configurable } = config ?? {}
  const scratchpad = configurable?.['__pregel_scratchpad']
  const index = isBag(scratchpad) ? scratchpad['interruptCounter'] : undefined
  return JSON.stringify([configurable?.['thread_id'], configurable?.['__pregel_task_id'], index])
}

function identityOf({ toolName, executionId, digest }: ApprovalInterrupt): string {
  return JSON.stringify([toolName, executionId, digest])
}

/** The newest questions about a call that a checkpoint of its graph holds. */
async function lastAsked(shown: ApprovalInterrupt, configurable: Bag): Promise<readonly Bag[]> {
  const { thread_id, checkpoint_ns, __pregel_checkpointer: saver } = configurable
  const namespace = typeof checkpoint_ns === 'string' ? checkpoint_ns : ''
  // the last part is the task itself
  const parent = namespace.split('|').slice(0, -1).join('|')
  const at = { configurable: { thread_id, checkpoint_ns: parent } }
  const list = callIfFunction(isBag(saver) ? saver['list'] : undefined, saver, [at, { limit: LOOKED_BACK }])
  if (!isBag(list)) return []
  for await (const tuple of list as unknown as AsyncIterable<unknown>) {
    const asked = questionsIn(tuple).filter(
      ({ toolName, executionId }) => toolName === shown.toolName && executionId === shown.executionId,
    )
    if (asked.length > 0) return asked
  }
  return []
}

function questionsIn(tuple: unknown): readonly Bag[] {
  const writes = isBag(tuple) ? tuple['pendingWrites'] : undefined
  if (!Array.isArray(writes)) return []
  return (writes as readonly unknown[]).flatMap((write) => {
    if (!Array.isArray(write) || write[1] !== '__interrupt__') return []
    const values = [write[2] as unknown].flat().map((one) => (isBag(one) ? one['value'] : undefined))
    return values.filter((value): value is Bag => isBag(value) && value['aos'] === 'approval')
  })
}
