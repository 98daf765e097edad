import type { AdapterHost } from '../../instrument/adapter.ts'
import { streamTurn } from './boundary.ts'
import { isBag, type ConfigShape, type GraphShape } from './shapes.ts'
import { gateToolNode, isToolNode } from './tool-node.ts'

/**
 * Gates a graph that is ours: its tools, and the one iterator that every entry point goes through, also those of a
 * pipe, of a tool made of it, or of a graph it is a node in. Gives the graph back.
 */
export function gateGraph(graph: GraphShape, host: AdapterHost): GraphShape {
  gateNodes(graph, host)
  return gateEntry(graph, host)
}

function gateNodes(graph: GraphShape, { core }: AdapterHost): void {
  for (const node of Object.values(graph.nodes)) {
    const bound = isBag(node) ? node['bound'] : undefined
    if (isToolNode(bound)) gateToolNode(bound, core)
  }
}

function gateEntry(graph: GraphShape, host: AdapterHost): GraphShape {
  const iterator = graph._streamIterator.bind(graph)
  const withConfig = graph.withConfig.bind(graph)
  Object.defineProperties(graph, {
    _streamIterator: {
      value: (input: unknown, options?: ConfigShape) => streamTurn(host, { iterator, input, options }),
      configurable: true,
    },
    withConfig: {
      value: (config: unknown) => gateEntry(withConfig(config), host),
      configurable: true,
    },
  })
  return graph
}
