import { DtlsClient, DtlsServer, RTCDtlsTransport, type DtlsSocket } from 'werift';
import { DtlsProof } from './dtls-proof.js';
import type { Fingerprint } from './messages.js';

/** One end of a wire without a network. */
interface End {
  type: string;
  address: { address: string; family: string; port: number };
  closed: boolean;
  onData: (packet: Buffer, from: readonly [string, number]) => void;
  send: (packet: Buffer) => Promise<void>;
  close: () => Promise<void>;
}

const end = (): End => ({
  type: 'udp',
  address: { address: '', family: '', port: 0 },
  closed: false,
  onData: () => undefined,
  send: () => Promise.resolve(),
  close: () => Promise.resolve(),
});

/** Handshakes, client and server; `meddle` sees each packet on its way. The keys do not depend on what it changes. */
async function handshake(meddle: (packet: Buffer) => void = () => undefined) {
  const { certPem: cert, privateKey: key, signatureHash, ...own } = await RTCDtlsTransport.SetupCertificate();
  void own;
  const [a, b] = [end(), end()];
  const carry = (to: End) => (packet: Buffer) => {
    const copy = Buffer.from(packet);
    meddle(copy);
    setImmediate(() => to.onData(copy, ['', 0]));
    return Promise.resolve();
  };
  a.send = carry(b);
  b.send = carry(a);
  const options = { cert, key, signatureHash, extendedMasterSecret: false, srtpProfiles: [1 as const] };
  const client = new DtlsClient({ ...options, transport: a });
  const server = new DtlsServer({ ...options, transport: b, certificateRequest: true });
  const proofs = { client: new DtlsProof(client), server: new DtlsProof(server) };
  const connected = (socket: DtlsSocket) => new Promise((resolve) => socket.onConnect.once(resolve));
  const both = Promise.all([connected(client), connected(server)]);
  client.connect().catch(() => undefined);
  await both;
  return proofs;
}

/** Where a handshake message of this type has its last bytes: of a signature. */
function flipEndOf(type: number) {
  return (packet: Buffer) => {
    if (packet[0] === 22 && packet[13] === type) packet[packet.length - 1]! ^= 1;
  };
}

describe('the proof of a browser’s certificate', () => {
  let promised: Fingerprint[];
  beforeAll(async () => {
    promised = (await RTCDtlsTransport.SetupCertificate()).getFingerprints();
  });

  it('is right for whoever holds the key, as DTLS server and as client', async () => {
    const { client, server } = await handshake();
    expect([client.problem(promised), server.problem(promised)]).toEqual([undefined, undefined]);
  });

  it('is missed in a handshake for another certificate than the SDP promised', async () => {
    const { client } = await handshake();
    const other = [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') }];
    expect(client.problem(other)).toBe('the certificate is not the one of the SDP');
    expect(client.problem([{ algorithm: 'md5', value: 'AB' }])).toBe(
      'the certificate is not the one of the SDP',
    );
  });

  it.each([
    ['key exchange', 'client', 12],
    ['handshake', 'server', 15],
  ] as const)('is missed where the signature of the %s is not right', async (_, side, type) => {
    const proofs = await handshake(flipEndOf(type));
    expect(proofs[side].problem(promised)).toBe('a signature of the handshake is wrong');
  });
});
