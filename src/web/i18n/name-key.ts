/** The key under which the texts have a name of the server's: `follow-up.opened` is `followUpOpened`. */
export const keyOf = (name: string): string =>
  name.replace(/[. -](\w)/g, (_, letter: string) => letter.toUpperCase());
