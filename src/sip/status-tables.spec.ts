import { causeName, causeOfStatus, Q850, reasonOfStatus, statusOfCause } from './status-tables.js';

describe('the table of SIP statuses and Q.850 causes', () => {
  it.each([
    [200, 16, 'NORMAL_CLEARING'],
    [302, 23, 'REDIRECTION_TO_NEW_DESTINATION'],
    [403, 21, 'CALL_REJECTED'],
    [404, 1, 'UNALLOCATED_NUMBER'],
    [408, 102, 'RECOVERY_ON_TIMER_EXPIRE'],
    [480, 18, 'NO_USER_RESPONSE'],
    [483, 25, 'EXCHANGE_ROUTING_ERROR'],
    [484, 28, 'INVALID_NUMBER_FORMAT'],
    [486, 17, 'USER_BUSY'],
    [487, 16, 'NORMAL_CLEARING'],
    [488, 88, 'INCOMPATIBLE_DESTINATION'],
    [502, 38, 'NETWORK_OUT_OF_ORDER'],
    [503, 41, 'NORMAL_TEMPORARY_FAILURE'],
    [600, 17, 'USER_BUSY'],
    [603, 21, 'CALL_REJECTED'],
  ])('%i means cause %i, %s', (status, cause, name) => {
    expect(causeOfStatus(status)).toBe(cause);
    expect(causeName(cause)).toBe(name);
  });

  it('takes an unknown status for the x00 of its class', () => {
    expect(causeOfStatus(499)).toBe(causeOfStatus(400));
    expect(causeOfStatus(599)).toBe(causeOfStatus(500));
    expect(causeOfStatus(799)).toBe(Q850.INTERWORKING);
  });

  it.each([
    [1, 404],
    [17, 486],
    [19, 480],
    [41, 503],
    [42, 503],
    [65, 488],
    [102, 504],
    [99, 480],
  ])('cause %i is answered with %i', (cause, status) => {
    expect(statusOfCause(cause)).toBe(status);
  });

  it('has a name for every cause and a phrase for every answer we give', () => {
    for (const cause of Object.values(Q850)) expect(causeName(cause)).not.toMatch(/^CAUSE_/);
    for (const status of [200, 400, 403, 404, 415, 420, 422, 480, 481, 483, 488, 489, 500, 503, 603]) {
      expect(reasonOfStatus(status)).not.toBe('Failure');
    }
  });
});
