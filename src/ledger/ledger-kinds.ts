/** Every kind of entry, and what it says. */
export const LEDGER_KINDS = {
  'call.received': 'a call came in; written before anything rings',
  'call.refused': 'a call was turned away, with the SIP status and the cause',
  'call.refusals-suppressed': 'how many more refusals one source caused within a minute',
  'call.dialled': 'a manager calls a client or a colleague; written before the other’s phone rings',
  'call.dial-refused': 'a manager’s try to call was refused, and why',
  'call.answered': 'the parties talk: a manager answered, or the client whom he called',
  'call.handed-over': 'another manager took the client over; the call and its recording go on',
  'call.held': 'a party put the other one on hold',
  'call.retrieved': 'a party took the other one back from hold',
  'call.transfer-begun': 'a manager passes the client on; from here on he does not talk with him',
  'call.transfer-refused': 'a manager’s wish to pass a client on was refused, and why',
  'call.transfer-failed': 'nobody took the client over; he comes back to the manager who passed him on',
  'call.rejoined':
    'the media server was lost and both parties were joined on another; a new recording segment',
  'supervision.started':
    'a supervisor takes part in a call: listens, whispers or barges in; written before he hears anything',
  'supervision.changed': 'a supervisor goes on in another way',
  'supervision.ended': 'a supervisor takes part in the call no longer',
  'supervision.refused': 'somebody who may not supervise a call tried to',
  'call.kept':
    'the control plane was lost during the conversation, and its successor found both parties talking',
  'call.ended': 'the call is over: its ending, cause and times',
  'callback.asked':
    'a manager’s mobile called and is asked for his PIN or whom he wants; written before it is answered',
  'callback.refused': 'a manager’s mobile called and did not know the PIN',
  'proxy.leased': 'a proxy number stands for a client on a manager’s mobile from now on',
  'follow-up.opened': 'a client is owed a call',
  'follow-up.attempt': 'another unanswered call of that client, or a try to reach him',
  'follow-up.closed': 'the duty is met by a conversation, or closed by a supervisor with a reason',
  'recording.stored': 'a recording is complete, with its size and hash',
  'recording.encoded':
    'a recording was made into Opus, with the hash of that, and whether the original is kept',
  'recording.missing': 'a recording that ought to be there is not',
  'recording.played': 'a person listened to a recording',
  'recording.downloaded': 'a person took a copy of a recording',
  'recording.noted': 'a person wrote a note at a moment of a recording',
  'recording.note-removed': 'a note at a recording was removed',
  'recording.paused': 'from here on silence is recorded, and who asked for it',
  'recording.resumed': 'the recording goes on',
  'recording.held': 'a legal hold: the recordings of a call or of a client are not deleted, and why',
  'recording.released': 'a legal hold is lifted, and why',
  'recording.deleted':
    "a recording's key and files are gone: by retention, or by a person with a reason; its hash stays",
  'recording.reconciled': 'calls were compared with the files on disk: how many of each lack the other',
  'client.noted': 'a note about a client was written, or taken back by its author',
  'client.changed': "a client's name or manager was changed",
  'data-key.rotated': 'everything sealed was sealed anew with another data key',
  'number.revealed': "a client's number was shown, to whom and why",
  'number.reveal-refused': "a client's number was asked for and not shown, to whom and why not",
  'person.signed-in': 'a person signed in',
  'person.sign-in-refused': 'a sign-in failed',
  'media-server.drained': 'an administrator keeps new calls from a media server',
  'media-server.resumed': 'new calls may go to a media server again',
  'trunk.tested':
    'an administrator has a number called for a moment, to try a trunk; written before it rings',
  'trunk.trouble': 'a carrier failed on a call out, or did not let a company number be shown',
  'presence.changed':
    'a manager went away, and until when, or is here again: by himself, or as the time came',
  'softphone.link-made':
    'an administrator made a link that hands an extension’s account to a softphone, once',
  'softphone.link-used': 'a softphone fetched an extension’s account by such a link, and from where',
  'provisioning.changed': 'an administrator changed what is set up',
} as const;

export type LedgerKind = keyof typeof LEDGER_KINDS;

/** Before these nothing rings. */
export const BEFORE_RINGING: ReadonlySet<LedgerKind> = new Set<LedgerKind>(['call.received', 'call.dialled']);
