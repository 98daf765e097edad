import type { AgBOMGraph } from '../../graph/agbom-graph.ts'
import { plainText } from '../plain-text.ts'
import { agentComponent, toComponents } from './components.ts'
import type { CycloneDXBom, CycloneDXVersion } from './cyclonedx-bom.ts'
import { toDependencies } from './dependencies.ts'
import { scopeOf } from './scope.ts'
import { toServices } from './services.ts'

/** Gives a graph as a bill of materials in CycloneDX, 1.6 by default. */
export function toCycloneDX(
  graph: AgBOMGraph,
  options: { readonly specVersion?: CycloneDXVersion | undefined } = {},
): CycloneDXBom {
  const { specVersion = '1.6' } = options
  const scope = scopeOf(graph, specVersion)
  const { agent } = scope.refs
  return {
    $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
    bomFormat: 'CycloneDX',
    specVersion,
    serialNumber: graph.serialNumber,
    version: graph.version,
    metadata: {
      timestamp: graph.timestamp,
      lifecycles: [{ phase: 'operations' }],
      tools: {
        components: [
          { type: 'library', name: plainText(graph.tool.name), version: plainText(graph.tool.version) },
        ],
      },
      component: agentComponent(scope),
    },
    components: toComponents(scope),
    services: toServices(scope),
    dependencies: toDependencies(scope),
    // an agent may have more than is declared or was seen
    compositions: [{ aggregate: 'incomplete', assemblies: [agent], dependencies: [agent] }],
  }
}
