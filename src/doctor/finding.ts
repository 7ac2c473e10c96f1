/** What one look found: all well, wrong, or worth knowing. */
export type Mark = '✓' | '✗' | '!';

export interface Finding {
  mark: Mark;
  /** What was looked at, a setting's name where there is one. */
  what: string;
  /** What is so, and where it is not well, what to do. No secrets, no client's number. */
  text: string;
}

export const well = (what: string, text: string): Finding => ({ mark: '✓', what, text });
export const wrong = (what: string, text: string): Finding => ({ mark: '✗', what, text });
export const note = (what: string, text: string): Finding => ({ mark: '!', what, text });

const WIDTH = 16;

export const lineOf = ({ mark, what, text }: Finding): string =>
  `${mark} ${what.padEnd(WIDTH)} ${text.replace(/\s*\n\s*/g, '; ')}`;

/** 0 where nothing is wrong. */
export const exitCodeOf = (findings: readonly Finding[]): 0 | 1 =>
  findings.some(({ mark }) => mark === '✗') ? 1 : 0;
