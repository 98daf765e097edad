import type { Component } from '../../events/event.ts'
import type { AgentDescription, Coverage } from '../../instrument/adapter.ts'
import { modelSource, toolSource, type ComponentSource } from '../../inventory/component-source.ts'
import { versionOf, type ClassMark } from './framework-version.ts'
import { chatModelOf, namesOf } from './model-facts.ts'
import { toolsOf } from './react-agent.ts'
import {
  isBag,
  isGraph,
  isTool,
  type ExecutorShape,
  type GraphShape,
  type ReactAgentShape,
  type ToolShape,
} from './shapes.ts'
import { isToolNode } from './tool-node.ts'
import { isToolLearnt } from './tool-waist.ts'

const LANGCHAIN: ClassMark = { getter: 'graph', packageName: 'langchain' }
const LANGGRAPH: ClassMark = { getter: 'streamChannelsList', packageName: '@langchain/langgraph' }

/** What an agent of `createAgent` is made of. */
export function describeAgent(agent: ReactAgentShape): AgentDescription {
  const { options, graph } = agent
  const given = toolsOf(options)
  const tools = given.filter(isTool)
  const model = modelNameOf(options.model)
  return {
    framework: 'langchain',
    frameworkVersion: versionOf(agent, LANGCHAIN),
    ...namedBy(options.name),
    sources: [
      ...tools.map((tool) => toolSource(tool.name, tool)),
      ...(model === undefined ? [] : [modelSourceOf(model, options.model)]),
    ],
    components: [...tools.map(toolComponent), ...(model === undefined ? [] : [modelComponent(model)])],
    coverage: [
      { component: 'agent', enforcement: 'bound' },
      ...given.map(toolCoverage),
      ...(model === undefined ? [] : [{ component: `model:${model}`, enforcement: 'bound' as const }]),
      // its nodes are the framework's own: without tools nothing in them calls one
      ...(tools[0] === undefined ? [] : [closures(tools, graph)]),
    ],
  }
}

/** What a compiled graph shows of what it is made of. */
export function describeGraph(graph: GraphShape): AgentDescription {
  const tools = toolsOfGraph(graph)
  return {
    framework: 'langgraph',
    frameworkVersion: versionOf(graph, LANGGRAPH),
    ...namedBy(graph.name),
    sources: tools.filter(isTool).map((tool) => toolSource(tool.name, tool)),
    components: tools.filter(isTool).map(toolComponent),
    coverage: [
      { component: 'agent', enforcement: 'bound' },
      ...tools.map(toolCoverage),
      MODELS,
      closures(tools, graph),
    ],
  }
}

/** What a classic executor is made of. */
export function describeExecutor(executor: ExecutorShape): AgentDescription {
  const { tools } = executor
  return {
    framework: 'langchain',
    sources: tools.filter(isTool).map((tool) => toolSource(tool.name, tool)),
    components: tools.filter(isTool).map(toolComponent),
    coverage: [
      { component: 'agent', enforcement: 'bound' },
      ...tools.map(toolCoverage),
      MODELS,
      closures(tools, executor),
    ],
  }
}

/** The tools that the tool nodes of a graph, and of the graphs inside of it, execute. */
export function toolsOfGraph(graph: GraphShape): readonly unknown[] {
  return Object.values(graph.nodes).flatMap((node) => {
    const bound = isBag(node) ? node['bound'] : undefined
    if (isToolNode(bound)) return bound.tools
    return isGraph(bound) ? toolsOfGraph(bound) : []
  })
}

const MODELS: Coverage = {
  component: 'models',
  enforcement: 'ambient',
  note: 'models are found when they are called, through the configuration or the async context',
}

// tools that nobody shows us are reached by what all tools of their copy of LangChain inherit, once one of them is known
function closures(tools: readonly unknown[], agent: object): Coverage {
  const component = 'tools called by nodes and by other tools'
  return isToolLearnt(tools.find(isTool) ?? agent)
    ? { component, enforcement: 'ambient', note: 'found through the configuration or the async context' }
    : {
        component,
        enforcement: 'observed',
        note: 'no tool of this graph can be seen: instrumentLangChain(anyTool) makes them judged',
      }
}

function modelNameOf(model: unknown): string | undefined {
  // `provider:model`, and its calls tell the model
  if (typeof model === 'string') return model.slice(model.indexOf(':') + 1)
  return chatModelOf(model) === undefined ? undefined : namesOf(model as object).model
}

function modelSourceOf(name: string, model: unknown): ComponentSource {
  const inner = chatModelOf(model)
  if (inner === undefined) return modelSource(name, {})
  const source = modelSource(name, inner)
  return { ...source, read: () => ({ ...source.read(), provider: namesOf(inner).provider }) }
}

function namedBy(name: unknown): { readonly id?: string; readonly name?: string } {
  return typeof name === 'string' && name !== '' ? { id: name, name } : {}
}

function toolComponent({ name, description }: ToolShape): Component {
  return { id: `tool:${name}`, type: 'tool', name, description }
}

function modelComponent(name: string): Component {
  return { id: `model:${name}`, type: 'model', name }
}

function toolCoverage(tool: unknown): Coverage {
  if (isTool(tool)) return { component: `tool:${tool.name}`, enforcement: 'bound' }
  const type = isBag(tool) ? (tool['name'] ?? tool['type']) : undefined
  return {
    component: `tool:${String(type)}`,
    enforcement: 'observed',
    note: "the provider executes it: providerTools: 'remove' prevents it",
  }
}
