// The public surface of @aos/server.
export type { App } from './api/app-types.ts'
export { createRunApp, type RunAppOptions } from './api/create-app.ts'
export type { RateLimit } from './api/limit-rate.ts'
export type {
  DocumentFacts,
  DocumentKind,
  DocumentStore,
  PutOutcome,
  StoredDocument,
} from './store/document-store.ts'
export { createApiKey, hashKey, type ApiKey, type Role } from './keys/api-key.ts'
export { startRunServer, type RunServer, type RunServerOptions } from './serve/start-run-server.ts'
export { SqliteStore, type SqliteStoreOptions } from './store/sqlite/sqlite-store.ts'
export type {
  ChangeType,
  CreateOutcome,
  LeaderboardEntry,
  RunChange,
  RunPage,
  RunQuery,
  RunStore,
  StatsBucket,
  StatsQuery,
} from './store/run-store.ts'
export { isStoreUnavailable, StoreUnavailableError } from './store/store-unavailable.ts'
export type {
  EventKind,
  JsonObject,
  PagePart,
  SpanContent,
  StoredEvent,
  StoredSpan,
  TraceStore,
} from './store/trace-store.ts'
