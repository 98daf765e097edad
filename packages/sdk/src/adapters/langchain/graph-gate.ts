import { diag } from '@opentelemetry/api'
import type { AdapterHost } from '../../instrument/adapter.ts'
import type { InstrumentCore } from '../../instrument/core.ts'
import { processState } from '../../process-state.ts'
import { streamTurn, type StreamedTurn } from './boundary.ts'
import { GraphOutput } from './graph-output.ts'
import { noteGated } from './graph-waist.ts'
import { judgedNode } from './node-output.ts'
import { readBy } from './run-scope.ts'
import { copyWith, isBag, isGraph, type ConfigShape, type GraphShape } from './shapes.ts'
import { Readership } from './stream-end.ts'
import { gatedToolNode, isToolNode } from './tool-node.ts'

const BUILT = new WeakMap<InstrumentCore, GraphShape>()

/** A gated copy of a compiled graph, made as its own `withConfig` makes one: of its class, and the original untouched. */
export function gatedGraph(graph: GraphShape, host: AdapterHost): GraphShape {
  const known = BUILT.get(host.core)
  if (known !== undefined) return known
  const judgeChunks: StreamedTurn['judgeChunks'] = (scope, options) => {
    const output = new GraphOutput(scope, modeOf(graph, options))
    return (chunk) => output.judge(chunk)
  }
  const built = gateGraph(graph.withConfig({}), host, judgeChunks)
  BUILT.set(host.core, built)
  return built
}

/**
 * Gates a graph that is ours: its tools, and the one iterator that every entry point goes through, also those of a
 * pipe, of a tool made of it, or of a graph it is a node in. Gives the graph back.
 */
export function gateGraph(
  graph: GraphShape,
  host: AdapterHost,
  judgeChunks?: StreamedTurn['judgeChunks'],
): GraphShape {
  graph.nodes = gatedNodes(graph, host.core)
  return gateEntry(graph, host, judgeChunks)
}

// the one mode in which chunks come without its name
function modeOf(graph: GraphShape, options: ConfigShape | undefined): unknown {
  const mode = options?.['streamMode']
  if (mode !== undefined) return mode
  const isInner = options?.configurable?.['__pregel_task_id'] !== undefined
  return isInner ? 'values' : [graph.streamMode].flat()[0]
}

function gatedNodes(graph: GraphShape, core: InstrumentCore): GraphShape['nodes'] {
  const nodes = Object.entries(graph.nodes).map(([name, node]): readonly [string, unknown] => {
    const bound = isBag(node) && name !== '__start__' ? gatedBound(node['bound'], core) : undefined
    return [name, bound === undefined ? node : copyWith(node as object, { bound })]
  })
  return noteGated(Object.fromEntries(nodes))
}

/** What takes the place of what a node does: gated tools, also of graphs inside, and judged answers; or nothing. */
function gatedBound(bound: unknown, core: InstrumentCore): object | undefined {
  if (isToolNode(bound)) return gatedToolNode(bound, core) ?? unreached(bound.name)
  if (!isGraph(bound)) return judgedNode(bound)
  // an instrumented graph has hooks of its own
  if (processState.handles.has(bound)) return undefined
  const inner = bound.withConfig({})
  inner.nodes = gatedNodes(inner, core)
  return inner
}

function unreached(name: unknown): undefined {
  diag.warn(`aos: the tools of the node ${String(name)} are found through the async context only`)
}

function gateEntry(
  graph: GraphShape,
  host: AdapterHost,
  judgeChunks: StreamedTurn['judgeChunks'],
): GraphShape {
  const iterator = graph._streamIterator.bind(graph)
  const stream = graph.stream.bind(graph)
  const withConfig = graph.withConfig.bind(graph)
  Object.defineProperties(graph, {
    _streamIterator: {
      value: (input: unknown, options?: ConfigShape) =>
        streamTurn(host, {
          input,
          options,
          judge: (scope, given) => scope.users.judgeInput(given),
          takesSignal: true,
          judgeChunks,
          open: (_scope, ...args) => iterator(...args),
        }),
      configurable: true,
    },
    stream: {
      value: async (input: unknown, options?: ConfigShape) => {
        const readership = new Readership()
        const given = await stream(input, readBy(options, readership))
        // it reads ahead of its reader, and stops when that has gone
        readership.eager = isBag(given) && '_innerReader' in given
        return given
      },
      configurable: true,
    },
    withConfig: {
      value: (config: unknown) => gateEntry(withConfig(config), host, judgeChunks),
      configurable: true,
    },
  })
  return graph
}
