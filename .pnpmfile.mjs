/** Published packages hold no sources, so the condition that leads to them goes. */
function beforePacking(manifest) {
  const targets = Object.values(manifest.exports ?? {}).filter((target) => typeof target === 'object')
  for (const target of targets) delete target['aos-source']
  return manifest
}

export const hooks = { beforePacking }
