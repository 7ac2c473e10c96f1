import { z } from 'zod';
import { time } from './page.js';

const iceServer = z.object({
  urls: z.string(),
  username: z.string().optional(),
  credential: z.string().optional(),
});

/** With what a page of the cabinets registers as its person's extension, for a while. */
export const phoneCredentials = z
  .object({
    /** The extension's number and a random part. */
    username: z.string(),
    password: z.string(),
    realm: z.string(),
    /** The address of record: `sip:<extension>@<domain>`. */
    uri: z.string(),
    /** They end then, or with the sign-in. */
    expiresAt: time,
    /** SIP over WebSocket (RFC 7118), of this very server. */
    webSocketPath: z.string(),
    /** As RTCPeerConnection takes them. */
    iceServers: z.array(iceServer),
  })
  .meta({ id: 'PhoneCredentials' });
export type PhoneCredentials = z.infer<typeof phoneCredentials>;

/** What a newcomer's page needs to call the demo company as a client. */
export const demoLine = z
  .object({
    /** The demo company's number, in E.164. */
    companyNumber: z.string(),
    companyName: z.string(),
    /** The number that this visitor calls from: one of those kept for examples. */
    from: z.string(),
    webSocketPath: z.string(),
  })
  .meta({ id: 'DemoLine' });
export type DemoLine = z.infer<typeof demoLine>;
