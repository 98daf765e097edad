import { afterEach } from 'vitest'
// the client, which the package exports as a part of GuardianAgent only
import {
  createGuardianClient,
  type GuardianClient,
  type GuardianClientOptions,
} from '../../packages/guardian/src/client/guardian-client.ts'
import { codecOf } from '../../packages/guardian/src/wire/codecs.ts'
import { startScriptedGuardian, type Reply, type ScriptedGuardian } from './scripted-guardian.ts'

/** Scripted guardians and clients of one test file, closed after each test. */
export interface GuardianClients {
  readonly guardianWith: (reply: Reply | Reply[]) => Promise<ScriptedGuardian>
  readonly clientOf: (guardian: ScriptedGuardian, options?: Partial<GuardianClientOptions>) => GuardianClient
}

/** Makes scripted guardians and clients of them. */
export function guardianClients(): GuardianClients {
  const started: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const each of started.splice(0).toReversed()) await each.close()
  })
  return {
    guardianWith: async (reply) => {
      const guardian = await startScriptedGuardian(reply)
      started.push(guardian)
      return guardian
    },
    clientOf: (guardian, options = {}) => {
      const client = createGuardianClient({
        endpoint: options.endpoint ?? guardian.url,
        codec: codecOf('aos-0.1'),
        // a busy machine is no slow guardian
        timeoutMs: 5000,
        ...options,
      })
      started.push(client)
      return client
    },
  }
}

/** A deny with exactly this code. */
export function denied(code: string): object {
  return { decision: 'deny', reasonCode: [code] }
}
