import { rules, type Requirements } from '../requirement.ts'

/** What the code on the AOS landing page promises, in its TypeScript form. */
export const AOS_SEED: Requirements = {
  ...rules('AOS landing page, Init agent with AOS', 'MUST', {
    'aos.seed.S01':
      'createAgent({ model, tools: { name: { description, parameters, execute } }, system }) makes an agent',
    'aos.seed.S02': 'new AOSInstrument(agent) needs nothing but the agent and keeps its type',
    'aos.seed.S04':
      'the agent/create message is read as configuration, and a hook it does not know is refused',
    'aos.seed.S05':
      'the A2A manifest (kind: Agent) with observability.aos is read as configuration, whatever its aos version',
  }),
  ...rules('AOS landing page, Instrumentable', 'MUST', {
    'aos.seed.S07':
      'hook(name)(fn) registers a function as a decorator does, hook(name, fn) as registerHook does',
    'aos.seed.S08': 'a handler sees the tool name, the parameters and the session id',
    'aos.seed.S10': 'PermissionError thrown by a handler leaves run() as that same object, with its name',
    'aos.seed.S11': 'assigning context.parameters changes what the tool executes with, whatever is returned',
    'aos.seed.S12':
      'what a handler returns is enforced: a response with DENY denies, one with MODIFY modifies',
    'aos.seed.S13': 'run(text) gives the result of the framework',
    'aos.seed.S14': 'HookContext can be imported as a value',
    'aos.seed.S15':
      'registerHook registers a handler, returns how to remove it, and throws at once for an unknown name',
    'aos.seed.S16': 'context.toolName, .parameters and .sessionId are there, and further facts of the step',
    'aos.seed.S17':
      'an error thrown for a DENY leaves run() unwrapped: String(error) is "Error: Denied: Request exceeds cost threshold ($50 limit)", nothing is executed and no further model call is made',
    'aos.seed.S21': 'describeHooks() equals the published hook table',
  }),
  ...rules('AOS landing page, Traceable', 'MUST', {
    'aos.seed.S22': 'AOSTraceProvider gives a tracer for a name',
    'aos.seed.S23':
      'a run inside a span named agent_session adopts its session and completes it with aos.reasoning.steps, aos.tools.called and aos.step.reasoning events',
    'aos.seed.S24': 'formatSpan(span) has the members of the span that is printed there, and no others',
    'aos.seed.S25':
      'OpenTelemetryTracer.instrument(aosAgent) gives the same agent, whose runs arrive at the endpoint as spans',
    'aos.seed.S27':
      'toA2ATraceEvent(span) is the A2A trace event (kind: TraceEvent) of a run: agent, session, reasoning steps, tools called',
    'aos.seed.S28':
      'OCSFLogger({ endpoint, apiKey }), attached with attachLogger(), posts security events without being asked',
    'aos.seed.S29':
      'the OCSF event that is printed there, which is not valid OCSF, is made only with the profile landing',
    'aos.seed.S30':
      "new AOSTraceStream(aosAgent) delivers events to on('event') listeners after start(), and none before",
    'aos.seed.S31':
      'a stream tells session.start, reasoning.step, tool.call and security.alert with the data printed there, in this order, at times to the second',
  }),
  ...rules('AOS landing page, Inspectable', 'MUST', {
    'aos.seed.S32':
      "generateAgBOM(aosAgent, { format: 'cyclonedx' }) gives what JSON.stringify writes as the document",
    'aos.seed.S33':
      'the CycloneDX document that is printed there, which is not valid CycloneDX, is made only with the profile landing',
    'aos.seed.S35': 'kind: AgBOMRequest is answered by kind: AgBOM with the models and tools of the agent',
    'aos.seed.S36': 'the SPDX text that is printed there is made with the profile landing',
    'aos.seed.S38': 'onUpdate and regenerate print the change and the component as they are printed there',
    'aos.seed.S39':
      "on('update') with disableComponent prints what is printed there, and what is disabled is not used",
  }),
}
