/** What a sealed secret is bound to (the cipher's additional data): one moved to another row does not open. */
export const secretContext = {
  extension: (id: string): string => `extension:${id}:sip-password`,
  trunk: (id: string): string => `trunk:${id}:password`,
};
