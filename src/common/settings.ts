/** The token under which Nest injects the validated Settings (env.ts): `@Inject(SETTINGS) settings: Settings`. */
export const SETTINGS = Symbol('settings');
