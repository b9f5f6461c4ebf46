/** How a case's state is coloured; its words come from the server. */
const TONES: Record<string, string> = {
  submitted: '',
  accepted: '',
  in_review: '',
  special: '',
  transferred: '',
  correcting: 'warn',
  approved: 'good',
  delivered: 'good',
  closed: 'plain',
  refused: 'bad',
  not_accepted: 'bad',
  withdrawn: 'plain',
}

export const toneOf = (state: string): string => TONES[state] ?? ''
