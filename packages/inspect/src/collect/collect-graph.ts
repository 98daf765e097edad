import { inventoryOf } from '@aos/sdk'
import { createHash } from 'node:crypto'
import { arch, platform } from 'node:os'
import type { AgBOMOptions } from '../agbom-options.ts'
import type { AgBOMGraph } from '../graph/agbom-graph.ts'
import { buildGraph } from './build-graph.ts'
import { installedPackages, type PackageTree } from './installed-packages.ts'

const NO_PACKAGES: PackageTree = { direct: [], packages: [], truncated: false }

/** Reads the packages that run an agent, as its options want them. */
export async function collectPackages({
  packages = 'all',
  directory = process.cwd(),
}: AgBOMOptions): Promise<PackageTree> {
  return packages === 'none' ? NO_PACKAGES : installedPackages(directory, packages)
}

/** Reads what an instrumented agent is made of now; throws `not_instrumented`. */
export function collectGraph(
  agent: object,
  options: AgBOMOptions,
  { packages, version }: { readonly packages: PackageTree; readonly version: number },
): AgBOMGraph {
  const inventory = inventoryOf(agent)
  return buildGraph({
    inventory,
    packages,
    version,
    known: options.known ?? {},
    includeRuntime: options.includeRuntime ?? true,
    serialNumber: options.serialNumber ?? serialNumberOf(inventory.agent.id),
    now: (options.clock ?? Date.now)(),
    environment: options.environment ?? {
      languageRuntime: `node ${process.versions.node}`,
      operatingSystem: platform(),
      architecture: arch(),
    },
  })
}

// version 8 of RFC 9562: made of a digest, so that it is the same for the same agent
function serialNumberOf(agentId: string): string {
  const bytes = createHash('sha256').update(`aos-agbom:${agentId}`).digest()
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `urn:uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')}`
}
