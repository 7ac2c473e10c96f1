/** What a sealed secret is bound to (the cipher's additional data): one moved to another row does not open. */
export const secretContext = {
  extension: (id: string): string => `extension:${id}:sip-password`,
  mobile: (id: string): string => `mobile:${id}:number`,
  callbackPin: (companyId: string): string => `company:${companyId}:callback-pin`,
  trunk: (id: string): string => `trunk:${id}:password`,
};

/** What the ledger says of a secret's change: never which it is. */
export const setOrRemoved = (secret: string | null): 'set' | 'removed' =>
  secret === null ? 'removed' : 'set';
