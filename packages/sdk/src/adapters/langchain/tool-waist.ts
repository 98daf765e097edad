import { inOpenRun } from '../../run/boundary.ts'
import { runAround, RunScope } from './run-scope.ts'
import { lcNameOf, prototypesOf, type ConfigShape, type Method, type ToolShape } from './shapes.ts'
import { isJudgedForm } from './tool-forms.ts'
import { useTool } from './tool-gate.ts'

const LEARNT = new WeakSet<object>()
const COPIES = new WeakSet<object>()

/** Gates all tools of the copy of LangChain that a tool is of, for runs that they are used in without being bound to. */
export function learnTool(tool: unknown): void {
  for (const prototype of prototypesOf(tool)) {
    if (isStructuredTool(prototype)) {
      gateMethod(prototype, 'call')
      COPIES.add(rootOf(prototype))
    }
    if (lcNameOf(prototype) === 'RunnableToolLike') gateMethod(prototype, 'invoke')
  }
}

/** Whether all tools of the copy of LangChain that an object is of are gated. */
export function isToolLearnt(example: object): boolean {
  return COPIES.has(rootOf(example))
}

// tools, graphs and models of one copy of LangChain inherit from one class
function rootOf(example: object): object {
  return prototypesOf(example).at(-1) ?? example
}

// the class that all tools with a schema inherit from
function isStructuredTool(prototype: object): boolean {
  if (!['call', 'invoke', 'lc_namespace'].every((name) => Object.hasOwn(prototype, name))) return false
  const namespace: unknown = Reflect.get(prototype, 'lc_namespace')
  return Array.isArray(namespace) && namespace.includes('tools')
}

function gateMethod(prototype: object, method: 'call' | 'invoke'): void {
  if (LEARNT.has(prototype)) return
  const own: unknown = Reflect.get(prototype, method)
  if (typeof own !== 'function') return
  LEARNT.add(prototype)
  Object.defineProperty(prototype, method, {
    value: gated(own as Method, method),
    configurable: true,
    writable: true,
  })
}

function gated(own: Method, method: 'call' | 'invoke'): unknown {
  return function (this: ToolShape, ...args: readonly unknown[]): unknown {
    const [input, config] = args
    const run = isJudgedForm(this) ? undefined : runAround(config)
    if (run === undefined) return Reflect.apply(own, this, args)
    if (run.quiet) {
      run.core.components.noteTool(this.name)
      return Reflect.apply(own, this, args)
    }
    const use = { tool: this, method, input, config: config as ConfigShape | undefined }
    return inOpenRun(run, (open) => useTool(RunScope.of(open), use))
  }
}
