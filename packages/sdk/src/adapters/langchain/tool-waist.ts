import { inOpenRun } from '../../run/boundary.ts'
import { runAround, RunScope } from './run-scope.ts'
import {
  callIfFunction,
  lcNameOf,
  prototypesOf,
  type ConfigShape,
  type Method,
  type ToolShape,
} from './shapes.ts'
import { isJudgedForm } from './tool-forms.ts'
import { useTool } from './tool-gate.ts'

const LEARNT = new WeakSet<object>()
const COPIES = new WeakSet<object>()

/** Gates all tools of the copy of LangChain that a tool is of, for runs that they are used in without being bound to. */
export function learnTool(tool: unknown): void {
  for (const prototype of prototypesOf(tool)) {
    if (!isStructuredTool(prototype)) continue
    gateMethod(prototype, 'call')
    COPIES.add(rootOf(prototype))
  }
}

/** Gates all tools that runnables were made into, which every object of their copy of LangChain leads to. */
export function learnToolLike(example: object): void {
  // the class that all that can be invoked inherits from
  const root = prototypesOf(example).findLast((prototype) => Object.hasOwn(prototype, 'asTool'))
  if (root === undefined) return
  const given = { name: 'aos', description: '', schema: {} }
  const made = callIfFunction(Reflect.get(root, 'asTool'), { lc_runnable: true }, [given])
  for (const prototype of prototypesOf(made)) {
    if (lcNameOf(prototype) !== 'RunnableToolLike' || LEARNT.has(prototype)) continue
    gateMethod(prototype, 'invoke')
    for (const method of AROUND_INVOKE) replace(prototype, method, (own) => throughInvoke(own, root, method))
  }
}

// what a tool like this hands on to what it was made of, without a call of its own
const AROUND_INVOKE = ['batch', 'stream', '_streamIterator', 'transform', 'streamEvents'] as const

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
  LEARNT.add(prototype)
  replace(prototype, method, (own) => gated(own, method))
}

function replace(prototype: object, name: string, made: (own: Method) => unknown): void {
  const own: unknown = Reflect.get(prototype, name)
  if (typeof own !== 'function') return
  Object.defineProperty(prototype, name, { value: made(own as Method), configurable: true, writable: true })
}

// in a run it does what all runnables do, who invoke themselves
function throughInvoke(own: Method, root: object, name: string): unknown {
  return function (this: object, ...args: readonly unknown[]): unknown {
    const run = isJudgedForm(this) ? undefined : runAround([args[1]].flat()[0])
    const isFree = run === undefined || run.quiet
    return Reflect.apply(isFree ? own : (Reflect.get(root, name) as Method), this, args)
  }
}

function gated(own: Method, method: 'call' | 'invoke'): unknown {
  return function (this: ToolShape, ...args: readonly unknown[]): unknown {
    const [input, config] = args
    const run = isJudgedForm(this) ? undefined : runAround(config)
    if (run === undefined) return Reflect.apply(own, this, args)
    if (run.quiet) {
      run.core.components.note('tool', this.name)
      return Reflect.apply(own, this, args)
    }
    const use = { tool: this, method, input, config: config as ConfigShape | undefined }
    return inOpenRun(run, (open) => useTool(RunScope.of(open), use))
  }
}
