/** FreeSWITCH's hangup causes that occur here, with their Q.850 value, or FreeSWITCH's own above 127. */
export const CAUSES: Readonly<Record<string, number>> = {
  NONE: 0,
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
  DESTINATION_OUT_OF_ORDER: 27,
  INVALID_NUMBER_FORMAT: 28,
  FACILITY_REJECTED: 29,
  NORMAL_UNSPECIFIED: 31,
  NORMAL_CIRCUIT_CONGESTION: 34,
  NETWORK_OUT_OF_ORDER: 38,
  NORMAL_TEMPORARY_FAILURE: 41,
  SWITCH_CONGESTION: 42,
  REQUESTED_CHAN_UNAVAIL: 44,
  OUTGOING_CALL_BARRED: 52,
  INCOMING_CALL_BARRED: 54,
  BEARERCAPABILITY_NOTAUTH: 57,
  SERVICE_UNAVAILABLE: 63,
  SERVICE_NOT_IMPLEMENTED: 79,
  INCOMPATIBLE_DESTINATION: 88,
  RECOVERY_ON_TIMER_EXPIRE: 102,
  PROTOCOL_ERROR: 111,
  INTERWORKING: 127,
  ORIGINATOR_CANCEL: 487,
  CRASH: 700,
  SYSTEM_SHUTDOWN: 701,
  LOSE_RACE: 702,
  MANAGER_REQUEST: 703,
  ALLOTTED_TIMEOUT: 802,
  MEDIA_TIMEOUT: 804,
  PICKED_OFF: 805,
};

const BY_NUMBER = new Map(Object.entries(CAUSES).map(([name, value]) => [value, name]));

/** @param text a cause's name or number, as uuid_kill and sendmsg take it */
export function causeOf(text: string | undefined, otherwise = 'NORMAL_CLEARING'): string {
  if (!text) return otherwise;
  if (/^\d+$/.test(text)) return BY_NUMBER.get(Number(text)) ?? otherwise;
  const name = text.toUpperCase();
  return name in CAUSES ? name : otherwise;
}

/** The BYE's Reason header as FreeSWITCH writes it (RFC 3326). */
export function reasonHeader(cause: string): string {
  const value = CAUSES[cause] ?? 16;
  return `${value <= 127 ? 'Q.850' : 'SIP'};cause=${value};text="${cause}"`;
}

/** The Q.850 value for the variable hangup_cause_q850. */
export const q850Of = (cause: string): number => {
  const value = CAUSES[cause] ?? 16;
  return value <= 127 ? value : 16;
};
