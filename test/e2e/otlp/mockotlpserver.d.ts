// the package has no types of its own
declare module '@elastic/mockotlpserver' {
  /** A server of OTLP that decodes what it is sent. */
  export class MockOtlpServer {
    constructor(options: {
      readonly services: readonly ('http' | 'grpc')[]
      readonly httpHostname: string
      readonly grpcHostname: string
      readonly httpPort: number
      readonly grpcPort: number
      readonly logLevel: string
      readonly onTrace: (request: unknown) => void
    })
    readonly httpUrl: URL
    readonly grpcUrl: URL
    start(): Promise<void>
    close(): Promise<void>
  }
}
