// The public surface of @aos/server/postgres.
export { openPostgresStore, type PostgresStoreOptions } from './open-postgres-store.ts'
