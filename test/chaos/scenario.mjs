// What SIPp, the carrier, does with a call: one scenario for all kinds, as under faults any call may go any way.

/** How long a conversation lasts, or a caller waits before he gives up: SIPp's time-outs stand in the scenario. */
export const LENGTHS_MS = [400, 1_200, 2_500, 4_000];
/** A manager who was to hang up and does not, as his phone or its exchange is gone: the caller does. */
const LONGEST_TALK_MS = 12_000;
/** How long a caller waits for a final answer. */
const PATIENCE_MS = 20_000;
const LAST_WORD_MS = 6_000;
/** Final responses by which a call may be refused. */
const REFUSALS = [400, 403, 404, 408, 410, 480, 481, 484, 486, 487, 488, 491, 500, 502, 503, 504, 603, 606];

/** The length nearest to a plan's `talkMs`. */
export const lengthOf = (talkMs) =>
  LENGTHS_MS.reduce((best, ms) => (Math.abs(ms - talkMs) < Math.abs(best - talkMs) ? ms : best));

/**
 * The scenario's XML. Its injection file has one line a call: caller;company number;kind;length in ms.
 * @param tone a file of headerless A-law
 */
export function scenarioXml(tone) {
  const labels = [];
  /** SIPp's labels are numbers. */
  const label = (name) => (labels.includes(name) ? labels.indexOf(name) : labels.push(name) - 1) + 1;
  const at = (name) => `<label id="${label(name)}"/>`;
  const go = (name, test) => `<nop next="${label(name)}" test="${test}"/>`;
  const to = (name) => `next="${label(name)}"`;
  const response = (status, txn, more = '') => `response="${status}" response_txn="${txn}" ${more}`;
  const refusals = (txn, next) =>
    REFUSALS.map((status) => response(status, txn, next === undefined ? '' : to(next)));
  const provisional = (more) => [
    response(100, 'invite'),
    ...[180, 181, 182, 183].map((status) => response(status, 'invite', more)),
  ];
  /**
   * Waits for one of several messages; one that leads nowhere else leads back here. SIPp wants the time-out at the
   * first, forgets it with the first message that comes, and takes no optional one for the last.
   */
  const wait = (name, messages, ms, onTimeout) =>
    [
      at(name),
      ...messages.map((one, index) => {
        const limit = index === 0 ? ` timeout="${ms}" ontimeout="${label(onTimeout)}"` : '';
        const optional = index === messages.length - 1 ? '' : ' optional="true"';
        return `<recv ${one}${/ next=/.test(one) ? '' : ` ${to(name)}`}${limit}${optional}/>`;
      }),
    ].join('\n');
  const final = [
    // drachtio-server's way to end what its client left ringing; the final response comes after it.
    `request="BYE" ${to('ended early')}`,
    ...refusals('invite', 'refused'),
    response(200, 'invite', `rrs="true" ${to('answered')}`),
  ];
  const is = (name, variable, value) =>
    `<strcmp assign_to="differs" variable="${variable}" value="${value}"/>
     <test assign_to="${name}" variable="differs" compare="equal" value="0"/>`;
  const byLength = (what) => LENGTHS_MS.map((ms) => go(`${what} ${ms}`, `for_${ms}`)).join('\n');
  const bye = `request="BYE" ${to('hung up')}`;

  const talk = (ms) => `
  ${wait(`talks ${ms}`, [`request="INVITE" ${to(`asked anew ${ms}`)}`, bye], ms, 'hang up')}
  ${at(`asked anew ${ms}`)}
  <send>${answer('INVITE')}</send>
  ${wait(`has answered ${ms}`, [bye, `request="ACK" ${to(`talks ${ms}`)}`], LAST_WORD_MS, `talks ${ms}`)}`;

  return `<?xml version="1.0" encoding="ISO-8859-1"?>
<scenario name="a caller under faults">
  <nop><action>
    <assignstr assign_to="kind" value="[field2]"/>
    <assignstr assign_to="length" value="[field3]"/>
    ${is('gives_up', 'kind', 'cancelled')}
    ${is('waits', 'kind', 'manager-hangs-up')}
    ${LENGTHS_MS.map((ms) => is(`for_${ms}`, 'length', ms)).join('\n')}
  </action></nop>
  <send retrans="500" start_txn="invite">${request('INVITE', 1, SDP)}</send>
  ${wait('placed', [...provisional(to('rings')), ...final], PATIENCE_MS, 'cancel')}
  ${at('rings')}
  ${go('gives up', 'gives_up')}
  ${wait('waits', [...provisional(), ...final], PATIENCE_MS, 'cancel')}

  ${at('gives up')}
  ${byLength('gives up')}
  ${LENGTHS_MS.map((ms) => wait(`gives up ${ms}`, [...provisional(), ...final], ms, 'cancel')).join('\n')}

  ${at('cancel')}
  <send retrans="500" start_txn="cancel">${request('CANCEL', 1)}</send>
  ${wait('has cancelled', [...provisional(), response(200, 'cancel'), ...refusals('cancel'), ...final], LAST_WORD_MS, 'end')}

  ${at('ended early')}
  <send ${to('has cancelled')}>${answer('BYE')}</send>

  ${at('refused')}
  <send ack_txn="invite" ${to('end')}>${ackOfRefusal}</send>

  ${at('answered')}
  <send ack_txn="invite">${request('ACK', 1)}</send>
  <nop><action><exec rtp_stream="${tone},-1,8"/></action></nop>
  ${go(`talks ${LENGTHS_MS[0]}`, 'gives_up')}
  ${go(`talks ${LONGEST_TALK_MS}`, 'waits')}
  ${byLength('talks')}
  ${[...LENGTHS_MS, LONGEST_TALK_MS].map(talk).join('\n')}

  ${at('hung up')}
  <send ${to('end')}>${answer('BYE')}</send>

  ${at('hang up')}
  <send retrans="500" start_txn="bye">${request('BYE', 2)}</send>
  ${wait('has hung up', [bye, ...refusals('bye', 'end'), response(200, 'bye', to('end'))], LAST_WORD_MS, 'end')}

  ${at('end')}
  <nop/>
</scenario>`;
}

const cdata = (text) => `<![CDATA[\n${text}\n]]>`;

const SDP = `Content-Type: application/sdp
Content-Length: [len]

v=0
o=carrier 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=ptime:20`;

const EMPTY = 'Content-Length: 0';

/** A request of ours; in the dialog it goes to the Contact of the answer. */
function request(method, cseq, rest = EMPTY) {
  const inDialog = method === 'ACK' || method === 'BYE';
  return cdata(`${method} ${inDialog ? '[next_url]' : 'sip:[field1]@[remote_ip]:[remote_port]'} SIP/2.0
Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch];rport
Max-Forwards: 70
${inDialog ? '[routes]\n' : ''}From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
To: <sip:[field1]@[remote_ip]>[peer_tag_param]
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:carrier@[local_ip]:[local_port]>
${rest}`);
}

/** RFC 3261 §17.1.1.3: the ACK of a refusal has the INVITE's own branch and request URI. */
const ackOfRefusal = cdata(`ACK sip:[field1]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
Max-Forwards: 70
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]-[call_number]
[last_To:]
Call-ID: [call_id]
CSeq: 1 ACK
${EMPTY}`);

const answer = (method) =>
  cdata(`SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:carrier@[local_ip]:[local_port]>
${method === 'INVITE' ? SDP : EMPTY}`);
