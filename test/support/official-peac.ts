const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** Whether the official PEAC packages run here: they need Node 22.13. */
export const officialPackagesRun: boolean = major > 22 || (major === 22 && minor >= 13)
