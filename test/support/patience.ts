/** Phones ring, announcements are spoken, recordings are checked: a test over the network may take its time. */
import { jest } from '@jest/globals';

jest.setTimeout(45_000);
