/** PostgreSQL's advisory locks of one number, all of them here: two that share a number would keep each other out. */
export const LOCKS = {
  'trunk registrations': 0x4c_4b_00_01,
  'key rotation': 0x4c_4b_00_02,
  'opus of recordings': 0x4c_4b_00_03,
  migration: 0x11_4e_4b_50,
  'first start': 4_190_001,
} as const;
