// The public surface of @aos/cli.
export { runCli } from './run-cli.ts'
export type { Output, Terminal } from './terminal/terminal.ts'
