import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { whyFailed } from './database-errors.js';

const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

describe('whyFailed', () => {
  it.each([
    ['53100', 'disk full'],
    ['53300', 'too many connections'],
    ['57P01', 'the administrator stops it'],
    ['57P03', 'it is starting'],
    ['57014', 'a statement took too long'],
    ['55P03', 'a lock was not to be had'],
    ['25006', 'it is a read-only standby now'],
    ['08006', 'the connection failed'],
    ['40P01', 'a deadlock'],
    ['58030', 'its disk fails'],
    ['28P01', 'its password was changed'],
    ['ECONNREFUSED', 'nobody listens'],
    ['ETIMEDOUT', 'nobody answers'],
    ['ERR_STREAM_DESTROYED', 'the socket was closed under it'],
  ])('%s: away (%s)', (code) => {
    expect(whyFailed(withCode(code))).toBe('away');
    expect(whyFailed(new QueryFailedError('SELECT', [], withCode(code)))).toBe('away');
  });

  it.each([
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Received unexpected dataRow message from backend.',
    'Client has encountered a connection error and is not queryable',
  ])('%s: away', (message) => {
    expect(whyFailed(new Error(message))).toBe('away');
  });

  it('went while others of the transaction still asked: away', () => {
    expect(whyFailed(new QueryRunnerAlreadyReleasedError())).toBe('away');
  });

  it('gave no answer in time: away', () => {
    expect(whyFailed(new AppError('database-slow', 'x'))).toBe('away');
  });

  it.each(['22P02', '22P05', '23503', '23505', '23514', '42501', '42P01', '54000', 'P0001'])(
    '%s: refused',
    (code) => {
      expect(whyFailed(new QueryFailedError('SELECT', [], withCode(code)))).toBe('refused');
    },
  );

  it.each([new TypeError('a mistake of ours'), new AppError('no-client-code', 'x'), 'a text', undefined])(
    'what is no error of the database: refused (%p)',
    (error) => {
      expect(whyFailed(error)).toBe('refused');
    },
  );
});
