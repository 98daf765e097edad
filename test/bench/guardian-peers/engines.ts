// The rule 'mail goes to example.com only' as engines for rules say it.

/** A call that is judged. */
export interface MailCall {
  readonly tool: string
  readonly to: string
}

/** Says whether a call may go on. */
export type Judge = (call: MailCall) => boolean | Promise<boolean>

/** Loads an engine with the rule. */
export type LoadJudge = () => Promise<Judge>

/** Engines by the package they come in. */
export const engines: Readonly<Record<string, LoadJudge>> = {
  '@marcbachmann/cel-js': marcbachmannCel,
  '@bufbuild/cel': bufbuildCel,
  'json-logic-js': jsonLogic,
  casbin,
  '@microsoft/agent-governance-sdk': agentGovernance,
  'json-rules-engine': jsonRulesEngine,
  '@cedar-policy/cedar-wasm': cedar,
}

const SUFFIX = '@example.com'
const CEL = `tool != 'send_email' || to.endsWith('${SUFFIX}')`

async function marcbachmannCel(): Promise<Judge> {
  const { parse } = await import('@marcbachmann/cel-js')
  const rule = parse(CEL)
  return (call) => rule({ ...call }) === true
}

async function bufbuildCel(): Promise<Judge> {
  const { celEnv, parse, plan } = await import('@bufbuild/cel')
  const rule = plan(celEnv(), parse(CEL))
  return (call) => rule({ ...call }) === true
}

async function jsonLogic(): Promise<Judge> {
  const { default: engine } = await import('json-logic-js')
  engine.add_operation('endsWith', (text: string, end: string) => text.endsWith(end))
  const rule = { or: [{ '!=': [{ var: 'tool' }, 'send_email'] }, { endsWith: [{ var: 'to' }, SUFFIX] }] }
  return (call) => engine.apply(rule, call) === true
}

async function casbin(): Promise<Judge> {
  const { newEnforcer, newModelFromString, StringAdapter } = await import('casbin')
  const model = newModelFromString(`
[request_definition]
r = tool, to
[policy_definition]
p = tool, end, eft
[policy_effect]
e = !some(where (p.eft == deny))
[matchers]
m = r.tool == p.tool && !endsWith(r.to, p.end)
`)
  const enforcer = await newEnforcer(model, new StringAdapter(`p, send_email, ${SUFFIX}, deny`))
  await enforcer.addFunction('endsWith', (text: string, end: string) => text.endsWith(end))
  return ({ tool, to }) => enforcer.enforceSync(tool, to)
}

// its conditions can only compare, so that the domain is cut out for it
async function agentGovernance(): Promise<Judge> {
  const { PolicyEngine } = await import('@microsoft/agent-governance-sdk')
  const engine = new PolicyEngine()
  engine.loadPolicy({
    name: 'mail',
    agents: ['*'],
    default_action: 'allow',
    rules: [
      { name: 'in house', condition: "tool == 'send_email' and domain != 'example.com'", ruleAction: 'deny' },
    ],
  })
  return ({ tool, to }) =>
    engine.evaluatePolicy('agent_1', { tool, domain: to.slice(to.indexOf('@') + 1) }).allowed
}

async function jsonRulesEngine(): Promise<Judge> {
  const { Engine } = await import('json-rules-engine')
  const engine = new Engine()
  engine.addOperator('endsWith', (text: string, end: string) => text.endsWith(end))
  engine.addRule({
    conditions: {
      all: [
        { fact: 'tool', operator: 'equal', value: 'send_email' },
        { not: { fact: 'to', operator: 'endsWith', value: SUFFIX } },
      ],
    },
    event: { type: 'deny' },
  })
  return async (call) => (await engine.run({ ...call })).events.length === 0
}

async function cedar(): Promise<Judge> {
  const { preparsePolicySet, statefulIsAuthorized } = await import('@cedar-policy/cedar-wasm/nodejs')
  const staticPolicies = `permit(principal, action, resource);
forbid(principal, action == Action::"send_email", resource) unless { context.to like "*${SUFFIX}" };`
  const parsed = preparsePolicySet('mail', { staticPolicies })
  if (parsed.type !== 'success') throw new Error('cedar does not take the rule')
  return ({ tool, to }) => {
    const answer = statefulIsAuthorized({
      principal: { type: 'Agent', id: 'agent_1' },
      action: { type: 'Action', id: tool },
      resource: { type: 'Tool', id: tool },
      context: { to },
      preparsedPolicySetId: 'mail',
      entities: [],
    })
    return answer.type === 'success' && answer.response.decision === 'allow'
  }
}
