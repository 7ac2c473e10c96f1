import { z } from 'zod';
import { time } from './page.js';

/** Who fetches the link: Linphone itself, an app of Acrobits’ Cloud Softphone, one of Zoiper’s OEM portal. */
export const softphoneForms = ['linphone', 'acrobits', 'zoiper'] as const;
export type SoftphoneForm = (typeof softphoneForms)[number];

/** A link that hands an extension’s account to one softphone, once. */
export const softphoneLink = z
  .object({
    /** One for each kind of softphone; the first that is fetched uses up all of them. */
    urls: z.object({ linphone: z.string(), acrobits: z.string(), zoiper: z.string() }),
    expiresAt: time,
    /** For how long it holds, in seconds: the clock of who shows it may be wrong. */
    holdsS: z.int(),
  })
  .meta({ id: 'SoftphoneLink' });
export type SoftphoneLink = z.infer<typeof softphoneLink>;

/** A token of the wrong make is a wrong token like any other. */
export const softphoneLinkPath = z.object({ form: z.enum(softphoneForms), token: z.string().max(200) });
export type SoftphoneLinkPath = z.infer<typeof softphoneLinkPath>;
