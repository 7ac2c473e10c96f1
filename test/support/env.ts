/** What a run of the tests is told from outside; the tests read the environment here alone. */
export const env = {
  /** A missing real client is a failure, not a skip. */
  strict: process.env.LINEKEEPER_TEST_STRICT === '1',
  /** embedded: the product's own engine; external: a real drachtio-server and FreeSWITCH. */
  engine: process.env.ENGINE === 'external' ? ('external' as const) : ('embedded' as const),
  external: {
    /** Servers that run already: drachtio://:secret@host:port and esl://:password@host:port. */
    drachtioUrl: process.env.EXTERNAL_DRACHTIO_URL,
    freeswitchUrl: process.env.EXTERNAL_FREESWITCH_URL,
    /** Or the programs, started by the tests with this repository's configuration. */
    drachtioBin: process.env.DRACHTIO_BIN,
    freeswitchBin: process.env.FREESWITCH_BIN,
  },
  /** Which of jest's processes this is, from 1. */
  worker: Number(process.env.JEST_WORKER_ID ?? 1),
  /** Keep what a test wrote to its temporary folder, and print where that is. */
  keep: process.env.LINEKEEPER_TEST_KEEP === '1',
  /** What `npm run screenshots` was asked for: where to, which (a pattern), and README's folder where they are for it. */
  screenshots: {
    folder: process.env.SCREENSHOTS_FOLDER ?? 'screenshots',
    only: process.env.SCREENSHOTS_ONLY ?? '',
    readme: process.env.SCREENSHOTS_README ?? '',
  },
  path: process.env.PATH ?? '',
  home: process.env.HOME ?? '/',
};
