import { AosError } from '@aos/sdk'
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api'
import { INSTALL_HINT, loadContextManager } from './otel-sdk.ts'

const PROBE = createContextKey('aos.trace.probe')

/** Whether the application has a working context manager, so that spans find their parents. */
export function hasContextManager(): boolean {
  return context.with(ROOT_CONTEXT.setValue(PROBE, true), () => context.active().getValue(PROBE) === true)
}

/** Installs a context manager that follows `await`, unless the application has one already. */
export function ensureContextManager(): void {
  if (hasContextManager()) return
  const manager = loadContextManager()
  if (manager === undefined) {
    throw new AosError({
      code: 'missing_dependency',
      message: '@aos/trace needs @opentelemetry/context-async-hooks, which is not installed',
      why: 'without a context manager a span has no parent after the first await',
      fix: INSTALL_HINT,
    })
  }
  context.setGlobalContextManager(manager.enable())
}
