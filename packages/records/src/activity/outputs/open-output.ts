import type { Receiver } from '../connector-options.ts'
import { DryRunOutput } from './dry-run-output.ts'
import { EmitOutput } from './emit-output.ts'
import { FileOutput } from './file-output.ts'
import { HttpOutput, type HttpOutputOptions } from './http-output.ts'
import type { ActivityOutput } from './output.ts'

/** What outputs have in common. */
export type OutputOptions = Omit<HttpOutputOptions, 'url' | 'signer'>

/** Opens the output that brings events to a receiver. */
export function openOutput(receiver: Receiver, options: OutputOptions): ActivityOutput {
  switch (receiver.kind) {
    case 'http':
      return new HttpOutput({ ...options, url: receiver.url, signer: receiver.signer })
    case 'file':
      return new FileOutput(receiver.path, options.report)
    case 'emit':
      return new EmitOutput({ ...options, emit: receiver.emit })
    case 'dry-run':
      return new DryRunOutput(options.report)
  }
}
