/** ITU-T Q.850 causes by FreeSWITCH's names, which are what its events and commands speak. */
export const Q850 = {
  UNALLOCATED_NUMBER: 1,
  NO_ROUTE_TRANSIT_NET: 2,
  NO_ROUTE_DESTINATION: 3,
  CHANNEL_UNACCEPTABLE: 6,
  CALL_AWARDED_DELIVERED: 7,
  NORMAL_CLEARING: 16,
  USER_BUSY: 17,
  NO_USER_RESPONSE: 18,
  NO_ANSWER: 19,
  SUBSCRIBER_ABSENT: 20,
  CALL_REJECTED: 21,
  NUMBER_CHANGED: 22,
  REDIRECTION_TO_NEW_DESTINATION: 23,
  EXCHANGE_ROUTING_ERROR: 25,
  NON_SELECTED_USER_CLEARING: 26,
  DESTINATION_OUT_OF_ORDER: 27,
  INVALID_NUMBER_FORMAT: 28,
  FACILITY_REJECTED: 29,
  RESPONSE_TO_STATUS_ENQUIRY: 30,
  NORMAL_UNSPECIFIED: 31,
  NORMAL_CIRCUIT_CONGESTION: 34,
  NETWORK_OUT_OF_ORDER: 38,
  NORMAL_TEMPORARY_FAILURE: 41,
  SWITCH_CONGESTION: 42,
  ACCESS_INFO_DISCARDED: 43,
  REQUESTED_CHAN_UNAVAIL: 44,
  PRE_EMPTED: 45,
  RESOURCE_UNAVAILABLE: 47,
  FACILITY_NOT_SUBSCRIBED: 50,
  OUTGOING_CALL_BARRED: 52,
  INCOMING_CALL_BARRED: 54,
  BEARERCAPABILITY_NOTAUTH: 57,
  BEARERCAPABILITY_NOTAVAIL: 58,
  SERVICE_UNAVAILABLE: 63,
  BEARERCAPABILITY_NOTIMPL: 65,
  CHAN_NOT_IMPLEMENTED: 66,
  FACILITY_NOT_IMPLEMENTED: 69,
  SERVICE_NOT_IMPLEMENTED: 79,
  INVALID_CALL_REFERENCE: 81,
  INCOMPATIBLE_DESTINATION: 88,
  INVALID_MSG_UNSPECIFIED: 95,
  MANDATORY_IE_MISSING: 96,
  MESSAGE_TYPE_NONEXIST: 97,
  WRONG_MESSAGE: 98,
  IE_NONEXIST: 99,
  INVALID_IE_CONTENTS: 100,
  WRONG_CALL_STATE: 101,
  RECOVERY_ON_TIMER_EXPIRE: 102,
  MANDATORY_IE_LENGTH_ERROR: 103,
  PROTOCOL_ERROR: 111,
  INTERWORKING: 127,
} as const;

export type Q850Name = keyof typeof Q850;

/**
 * SIP status, its reason phrase (RFC 3261 §21 and the extensions named), and the cause it means. Causes are those
 * of RFC 3398 §8.2.6.1; where that leaves the choice open (487, 488, 606), FreeSWITCH's.
 */
const STATUS_ROWS: ReadonlyArray<readonly [status: number, reason: string, cause: Q850Name]> = [
  [200, 'OK', 'NORMAL_CLEARING'],
  [300, 'Multiple Choices', 'NUMBER_CHANGED'],
  [301, 'Moved Permanently', 'NUMBER_CHANGED'],
  [302, 'Moved Temporarily', 'REDIRECTION_TO_NEW_DESTINATION'],
  [305, 'Use Proxy', 'REDIRECTION_TO_NEW_DESTINATION'],
  [380, 'Alternative Service', 'REDIRECTION_TO_NEW_DESTINATION'],
  [400, 'Bad Request', 'NORMAL_TEMPORARY_FAILURE'],
  [401, 'Unauthorized', 'CALL_REJECTED'],
  [402, 'Payment Required', 'CALL_REJECTED'],
  [403, 'Forbidden', 'CALL_REJECTED'],
  [404, 'Not Found', 'UNALLOCATED_NUMBER'],
  [405, 'Method Not Allowed', 'SERVICE_UNAVAILABLE'],
  [406, 'Not Acceptable', 'SERVICE_NOT_IMPLEMENTED'],
  [407, 'Proxy Authentication Required', 'CALL_REJECTED'],
  [408, 'Request Timeout', 'RECOVERY_ON_TIMER_EXPIRE'],
  [410, 'Gone', 'NUMBER_CHANGED'],
  [413, 'Request Entity Too Large', 'INTERWORKING'],
  [414, 'Request-URI Too Long', 'INTERWORKING'],
  [415, 'Unsupported Media Type', 'SERVICE_NOT_IMPLEMENTED'],
  [416, 'Unsupported URI Scheme', 'INTERWORKING'],
  [420, 'Bad Extension', 'INTERWORKING'],
  [421, 'Extension Required', 'INTERWORKING'],
  [422, 'Session Interval Too Small', 'INTERWORKING'], // RFC 4028
  [423, 'Interval Too Brief', 'INTERWORKING'],
  [433, 'Anonymity Disallowed', 'CALL_REJECTED'], // RFC 5079
  [439, 'First Hop Lacks Outbound Support', 'INTERWORKING'], // RFC 5626
  [480, 'Temporarily Unavailable', 'NO_USER_RESPONSE'],
  [481, 'Call/Transaction Does Not Exist', 'NORMAL_TEMPORARY_FAILURE'],
  [482, 'Loop Detected', 'EXCHANGE_ROUTING_ERROR'],
  [483, 'Too Many Hops', 'EXCHANGE_ROUTING_ERROR'],
  [484, 'Address Incomplete', 'INVALID_NUMBER_FORMAT'],
  [485, 'Ambiguous', 'UNALLOCATED_NUMBER'],
  [486, 'Busy Here', 'USER_BUSY'],
  [487, 'Request Terminated', 'NORMAL_CLEARING'],
  [488, 'Not Acceptable Here', 'INCOMPATIBLE_DESTINATION'],
  [489, 'Bad Event', 'INTERWORKING'],
  [491, 'Request Pending', 'NORMAL_TEMPORARY_FAILURE'],
  [493, 'Undecipherable', 'INTERWORKING'],
  [500, 'Server Internal Error', 'NORMAL_TEMPORARY_FAILURE'],
  [501, 'Not Implemented', 'SERVICE_NOT_IMPLEMENTED'],
  [502, 'Bad Gateway', 'NETWORK_OUT_OF_ORDER'],
  [503, 'Service Unavailable', 'NORMAL_TEMPORARY_FAILURE'],
  [504, 'Server Time-out', 'RECOVERY_ON_TIMER_EXPIRE'],
  [505, 'Version Not Supported', 'INTERWORKING'],
  [513, 'Message Too Large', 'INTERWORKING'],
  [600, 'Busy Everywhere', 'USER_BUSY'],
  [603, 'Decline', 'CALL_REJECTED'],
  [604, 'Does Not Exist Anywhere', 'UNALLOCATED_NUMBER'],
  [606, 'Not Acceptable', 'INCOMPATIBLE_DESTINATION'],
];

/** Q.850 cause → SIP status (RFC 3398 §7.2.4.1; 88 as FreeSWITCH answers it). */
const CAUSE_ROWS: ReadonlyArray<readonly [cause: Q850Name, status: number]> = [
  ['UNALLOCATED_NUMBER', 404],
  ['NO_ROUTE_TRANSIT_NET', 404],
  ['NO_ROUTE_DESTINATION', 404],
  ['NORMAL_CLEARING', 480],
  ['USER_BUSY', 486],
  ['NO_USER_RESPONSE', 408],
  ['NO_ANSWER', 480],
  ['SUBSCRIBER_ABSENT', 480],
  ['CALL_REJECTED', 603],
  ['NUMBER_CHANGED', 410],
  ['REDIRECTION_TO_NEW_DESTINATION', 410],
  ['EXCHANGE_ROUTING_ERROR', 483],
  ['NON_SELECTED_USER_CLEARING', 404],
  ['DESTINATION_OUT_OF_ORDER', 502],
  ['INVALID_NUMBER_FORMAT', 484],
  ['FACILITY_REJECTED', 501],
  ['NORMAL_UNSPECIFIED', 480],
  ['NORMAL_CIRCUIT_CONGESTION', 503],
  ['NETWORK_OUT_OF_ORDER', 503],
  ['NORMAL_TEMPORARY_FAILURE', 503],
  ['SWITCH_CONGESTION', 503],
  ['RESOURCE_UNAVAILABLE', 503],
  ['INCOMING_CALL_BARRED', 403],
  ['OUTGOING_CALL_BARRED', 403],
  ['BEARERCAPABILITY_NOTAUTH', 403],
  ['BEARERCAPABILITY_NOTAVAIL', 503],
  ['SERVICE_UNAVAILABLE', 503],
  ['BEARERCAPABILITY_NOTIMPL', 488],
  ['SERVICE_NOT_IMPLEMENTED', 501],
  ['INCOMPATIBLE_DESTINATION', 488],
  ['RECOVERY_ON_TIMER_EXPIRE', 504],
  ['PROTOCOL_ERROR', 500],
  ['INTERWORKING', 500],
];

const byStatus = new Map(
  STATUS_ROWS.map(([status, reason, cause]) => [status, { reason, cause: Q850[cause] }]),
);
const byCause = new Map(CAUSE_ROWS.map(([cause, status]) => [Q850[cause] as number, status]));
const names = new Map<number, Q850Name>(
  (Object.entries(Q850) as [Q850Name, number][]).map(([name, cause]) => [cause, name]),
);

/** Q.850 cause of a final SIP status. An unknown one counts as the x00 of its class (RFC 3261 §8.1.3.2). */
export function causeOfStatus(status: number): number {
  if (status >= 200 && status < 300) return Q850.NORMAL_CLEARING;
  const row = byStatus.get(status) ?? byStatus.get(Math.floor(status / 100) * 100);
  return row?.cause ?? Q850.INTERWORKING;
}

/** SIP status for a Q.850 cause; 480 for one the table lacks. */
export const statusOfCause = (cause: number): number => byCause.get(cause) ?? 480;

/** FreeSWITCH's name of a Q.850 cause; `CAUSE_<n>` for one it has no name for. */
export const causeName = (cause: number): string => names.get(cause) ?? `CAUSE_${cause}`;

/** The reason phrase of a status, as the standards print it. */
export const reasonOfStatus = (status: number): string => byStatus.get(status)?.reason ?? 'Failure';
