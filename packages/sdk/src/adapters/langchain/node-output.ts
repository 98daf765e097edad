import { GraphOutput } from './graph-output.ts'
import { runAround, RunScope } from './run-scope.ts'
import { callIfFunction, hasMethods, lcNameOf, type ConfigShape } from './shapes.ts'

/**
 * What a node does, with the answers in what it gives judged before they reach the state of the graph: from there they
 * would leave in every stream, to callbacks, and with the next turn. Nothing where the node does no work.
 */
export function judgedNode(bound: unknown): object | undefined {
  if (!hasMethods(bound, 'invoke') || isNoWork(bound)) return undefined
  const invoke = async (input: unknown, config?: ConfigShape): Promise<unknown> => {
    const output: unknown = await callIfFunction(Reflect.get(bound, 'invoke'), bound, [input, config])
    const run = runAround(config)
    if (run === undefined || run.quiet || !run.hears('message')) return output
    return new GraphOutput(RunScope.of(run), undefined).judgeNode(input, output)
  }
  return new Proxy(bound, {
    get: (target, key) => (key === 'invoke' ? invoke : (Reflect.get(target, key, target) as unknown)),
  })
}

// the framework knows a node without work by its very object
function isNoWork(bound: object): boolean {
  return lcNameOf(Reflect.getPrototypeOf(bound) ?? bound) === 'RunnablePassthrough'
}
