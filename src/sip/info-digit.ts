/**
 * The keypad digit of an INFO: the older way to send one, from phones that do not speak RFC 4733.
 * @returns undefined where the INFO is about something else
 */
export function digitOfInfo(contentType: string, body: string): string | undefined {
  if (!/^application\/dtmf/i.test(contentType)) return undefined;
  return /^(?:Signal\s*=\s*)?([0-9A-D*#])\s*$/m.exec(body)?.[1];
}
