/** The nonce under which this page's policy lets style elements be made (src/http/web.ts). */
export const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

// Where libraries that make style elements look for it (get-nonce, webpack's convention).
Object.assign(globalThis, { __webpack_nonce__: nonce });
