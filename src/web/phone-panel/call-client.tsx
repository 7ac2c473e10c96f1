/** The button that calls a client: shown once calls can be placed from here. */
export function CallClient(_: { client: { id: string; code: string; name: string | null } }) {
  return null;
}
