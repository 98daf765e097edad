import { rules, type Requirements } from '../requirement.ts'

/** What the client of a remote guardian promises, where the specification is silent. */
export const GUARDIAN_CLIENT: Requirements = rules('design, guardian client', 'MUST', {
  'guardian.client.deadline':
    'one deadline covers waiting, asking, retrying and checking; a guardian that hangs is a deny in time',
  'guardian.client.late': 'an answer that comes after its deadline is counted, and never applied',
  'guardian.client.retry':
    'asks once more, with the same id, where no answer came or a gateway answered; never after an answer',
  'guardian.client.once': 'a step whose answer is lost on the way is judged once',
  'guardian.client.breaker': 'stops asking a guardian that does not answer, until one probe is answered',
  'guardian.client.bounds': 'bounds requests under way, steps that wait, and sizes; what is more is denied',
  'guardian.client.answer':
    'believes nothing but one JSON-RPC response, in guarded JSON, to exactly this request',
  'guardian.client.endpoint':
    'asks over https, or on this machine; never at addresses where no guardian may be, also by DNS',
  'guardian.client.tls': 'knows the guardian by its certificate, which nothing turns off, and shows its own',
  'guardian.client.signature': 'signs requests, and believes no answer that was not signed for this one',
  'guardian.client.credentials': 'shows a token that is asked for each time, and asks nothing without it',
  'guardian.client.fail-open':
    'goes on without an answer only at hooks that are named with a reason, and never on one that is not to be believed',
  'guardian.client.dialects': 'falls back to the landing page form once, and keeps to what was understood',
  'guardian.client.masks':
    'tells no more than its masks say, no system prompt by default, and takes no change of what was masked',
  'guardian.client.close': 'ends what is under way, and denies from then on',
})
