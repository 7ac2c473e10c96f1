/**
 * Phones ring, announcements are spoken, recordings are checked: a test over the network may take its time, and on a busy
 * machine a second or third try. test/run.mjs names each that needed one.
 */
import { jest } from '@jest/globals';

jest.setTimeout(45_000);
jest.retryTimes(2, { logErrorsBeforeRetry: true });
