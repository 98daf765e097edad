import { judgedNode } from './node-output.ts'
import { runAround } from './run-scope.ts'
import { copyWith, isBag, isGraph, prototypesOf, type ConfigShape, type GraphShape } from './shapes.ts'
import { isToolNode } from './tool-node.ts'

const LEARNT = new WeakSet<object>()
const GATED = new WeakSet<object>()

/** Notes that what these nodes give is judged; gives them back. */
export function noteGated(nodes: GraphShape['nodes']): GraphShape['nodes'] {
  GATED.add(nodes)
  return nodes
}

/**
 * Judges the answers that nodes of a bare graph make themselves, for runs that it is called in: they would leave with
 * what the graph around it streams, and to its callbacks. What is learnt holds for all graphs of that copy of LangGraph.
 */
export function learnGraph(graph: unknown): void {
  if (!isGraph(graph)) return
  const prototype = prototypesOf(graph).findLast((one) => Object.hasOwn(one, 'streamChannelsList'))
  const iterate: unknown = prototype === undefined ? undefined : Reflect.get(prototype, '_streamIterator')
  if (prototype === undefined || typeof iterate !== 'function' || LEARNT.has(prototype)) return
  LEARNT.add(prototype)
  Object.defineProperty(prototype, '_streamIterator', {
    value(this: GraphShape, input: unknown, options?: ConfigShape): unknown {
      const run = GATED.has(this.nodes) ? undefined : runAround(options)
      const judges = run !== undefined && !run.quiet && run.hears('message')
      return Reflect.apply(iterate, judges ? withJudgedNodes(this) : this, [input, options])
    },
    configurable: true,
    writable: true,
  })
}

function withJudgedNodes(graph: GraphShape): GraphShape {
  const copy = graph.withConfig({})
  const nodes = Object.entries(graph.nodes).map(([name, node]) => [name, withJudgedOutput(name, node)])
  copy.nodes = noteGated(Object.fromEntries(nodes) as GraphShape['nodes'])
  return copy
}

// tools are judged where they are called, and graphs where they are streamed
function withJudgedOutput(name: string, node: unknown): unknown {
  const bound = isBag(node) && name !== '__start__' ? node['bound'] : undefined
  const judged = isToolNode(bound) || isGraph(bound) ? undefined : judgedNode(bound)
  return judged === undefined ? node : copyWith(node as object, { bound: judged })
}
