import { jest } from '@jest/globals';

// A cluster starts in five seconds, and a busy machine may need several times that.
jest.setTimeout(180_000);
