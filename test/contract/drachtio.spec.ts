import Srf from 'drachtio-srf';
import { startDrachtioServer, type RunningDrachtioServer } from '../../src/embedded/drachtio-server/index.js';
import { UserAgent, type IncomingInvite, type InviteDialog } from '../../src/embedded/sip-stack/index.js';
import { until } from '../support/until.js';

const TIMERS = { t1: 50, t2: 200, t4: 100 };
const SECRET = 'contract';
const sdp = (port: number, version = 1): string =>
  `v=0\r\no=- 1 ${version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 8\r\na=sendrecv\r\n`;

type Any = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- srf's own types leave most of it open

describe('drachtio-srf on the embedded drachtio server', () => {
  let server: RunningDrachtioServer;
  let srf: Any;
  let phone: UserAgent;
  let phonePort: number;
  let serverUri: string;

  const connect = async (secret = SECRET): Promise<Any> => {
    const one: Any = new Srf();
    one.on('error', () => undefined);
    one.connect({ host: '127.0.0.1', port: server.adminPort, secret });
    await new Promise<void>((resolve, reject) =>
      one.on('connect', (error: Error | null) => {
        if (error) one.disconnect();
        return error ? reject(error) : resolve();
      }),
    );
    return one;
  };

  beforeEach(async () => {
    server = await startDrachtioServer({
      sip: { ip: '127.0.0.1', port: 0, wsPort: 0 },
      drachtio: { port: 0, secret: SECRET },
      timers: TIMERS,
    });
    serverUri = `sip:line@127.0.0.1:${server.sipPort}`;
    phone = new UserAgent({ user: 'phone', timers: TIMERS });
    phonePort = (await phone.endpoint.listenUdpAndTcp('127.0.0.1', 0)).port;
    await phone.listen({ protocol: 'ws', ip: '127.0.0.1', port: 0 });
    srf = await connect();
  });

  afterEach(async () => {
    srf.disconnect();
    await phone.close();
    await server.stop();
    expect(server.counts()).toMatchObject({
      transactions: 0,
      lingering: 0,
      dialogs: 0,
      timers: 0,
      connections: 0,
    });
    expect(server.counts()).toMatchObject({ clients: 0, waiting: 0, sent: 0 });
  });

  const phoneUri = (transport?: string): string =>
    `sip:phone@127.0.0.1:${phonePort}${transport ? `;transport=${transport}` : ''}`;

  /** The application's wish for requests travels on another socket than the caller's request. */
  const routed = () => until('the application has asked for requests', () => server.counts().routes > 0);

  const call = async (o: { body?: string; headers?: Record<string, string>; uri?: string } = {}) => {
    if (server.counts().clients > 0) await routed();
    return phone.invite({
      uri: serverUri,
      from: '"Canary" <sip:79001234567@127.0.0.1>',
      body: sdp(4000),
      ...o,
    });
  };

  const answering = (handle: (invite: IncomingInvite) => void): void => phone.onInvite(handle);

  const answered = (): Promise<InviteDialog> =>
    new Promise((resolve) => answering((invite) => resolve(invite.answer({ body: sdp(5000) }))));

  it('createUAS: the caller gets 200, its ACK is heard, its BYE destroys the dialog', async () => {
    const destroyed = new Promise<void>((resolve, reject) =>
      srf.invite((req: Any, res: Any) => {
        expect(req.source_address).toBe('127.0.0.1');
        expect(req.callingNumber).toBe('79001234567');
        srf
          .createUAS(req, res, { localSdp: sdp(6000) })
          .then((dialog: Any) => dialog.on('destroy', () => resolve()), reject);
      }),
    );
    const { dialog, response } = await (await call()).answered;
    expect(response.text).toBe(sdp(6000));
    expect(response.get('contact')).toContain(`127.0.0.1:${server.sipPort}`);
    await dialog.bye();
    await destroyed;
  });

  it('createUAS: destroy() sends BYE to the caller', async () => {
    srf.invite(async (req: Any, res: Any) => {
      const dialog = await srf.createUAS(req, res, { localSdp: sdp(6000) });
      dialog.once('ack', () => void dialog.destroy({ headers: { Reason: 'Q.850;cause=16' } }));
    });
    const { dialog } = await (await call()).answered;
    const end = await new Promise<Any>((resolve) => dialog.onEnd(resolve));
    expect(end.by).toBe('remote');
    expect(end.request.get('reason')).toBe('Q.850;cause=16');
  });

  it('a provisional with SDP and a refusal arrive as they were sent', async () => {
    srf.invite((_req: Any, res: Any) => {
      res.send(183, { body: sdp(6000), headers: { 'X-Why': 'because' } });
      res.send(486, 'Occupied', { headers: { Reason: 'Q.850;cause=17' } });
    });
    const seen: string[] = [];
    const invite = (await call()).onProgress((response) =>
      seen.push(`${response.status} ${response.text.length}`),
    );
    const failure: Any = await invite.answered.catch((error: unknown) => error);
    expect(seen).toEqual([`183 ${sdp(6000).length}`]);
    expect(failure.response.reason).toBe('Occupied');
    expect(failure.response.get('reason')).toBe('Q.850;cause=17');
  });

  it('a reliable provisional waits for its PRACK', async () => {
    const pracked = new Promise<string>((resolve) =>
      srf.invite((req: Any, res: Any) => {
        res.send(183, { body: sdp(6000), headers: { Require: '100rel' } }, undefined, (prack: Any) => {
          resolve(prack.method);
          prack.res.send(200);
          void srf.createUAS(req, res, { localSdp: sdp(6000) });
        });
      }),
    );
    const { dialog } = await (await call()).answered;
    expect(await pracked).toBe('PRACK');
    await dialog.bye();
  });

  it('CANCEL: the caller has 487 and the application hears of it', async () => {
    const cancelled = new Promise<void>((resolve) =>
      srf.invite((req: Any, res: Any) => {
        req.on('cancel', () => resolve());
        res.send(180);
      }),
    );
    const invite = await call();
    invite.onProgress(() => invite.cancel());
    await expect(invite.answered).rejects.toMatchObject({ status: 487 });
    await cancelled;
    await until('waiting', () => server.counts().waiting === 0);
  });

  it.each(['udp', 'tcp'])(
    'createUAC over %s: the phone answers, is ended by destroy()',
    async (transport) => {
      const phoneSide = answered();
      const dialog: Any = await srf.createUAC(phoneUri(transport), {
        localSdp: sdp(6000),
        headers: { From: '<sip:company@localhost>' },
      });
      expect(dialog.remote.sdp).toBe(sdp(5000));
      expect(dialog.sip.callId).toBeTruthy();
      const atPhone = await phoneSide;
      await atPhone.acked;
      const ended = new Promise<Any>((resolve) => atPhone.onEnd(resolve));
      await dialog.destroy();
      expect((await ended).by).toBe('remote');
    },
  );

  it('createUAC: BYE of the phone destroys the dialog', async () => {
    const phoneSide = answered();
    const dialog: Any = await srf.createUAC(phoneUri(), { localSdp: sdp(6000) });
    const destroyed = new Promise<void>((resolve) => dialog.on('destroy', () => resolve()));
    const atPhone = await phoneSide;
    await atPhone.acked;
    await atPhone.bye();
    await destroyed;
  });

  it('createUAC: provisional and failure are told, and localhost never leaves', async () => {
    const froms: string[] = [];
    answering((invite) => {
      froms.push(invite.request.get('from')!, invite.request.get('contact')!);
      void invite.ring();
      invite.refuse(486);
    });
    const seen: number[] = [];
    const failed: Any = await srf
      .createUAC(
        phoneUri(),
        { localSdp: sdp(6000), callingNumber: '100' },
        { cbProvisional: (res: Any) => seen.push(res.status) },
      )
      .catch((error: unknown) => error);
    expect(failed.status).toBe(486);
    expect(seen).toEqual([180]);
    expect(froms.join()).not.toContain('localhost');
    expect(froms[0]).toContain(`sip:100@127.0.0.1:${server.sipPort}`);
  });

  it('createUAC: cancel() of a ringing call ends in 487', async () => {
    answering((invite) => void invite.ring());
    const gone: Any = await new Promise((resolve) => {
      let request: Any;
      srf
        .createUAC(
          phoneUri(),
          { localSdp: sdp(6000) },
          { cbRequest: (_e: unknown, req: Any) => (request = req), cbProvisional: () => request.cancel() },
        )
        .catch(resolve);
    });
    expect(gone.status).toBe(487);
  });

  it('createUAC: an address where nobody is ends with 408, a closed TCP port with 503', async () => {
    await phone.close();
    const [late, refused]: Any[] = await Promise.all([
      srf.createUAC(phoneUri(), { localSdp: sdp(6000) }).catch((error: unknown) => error),
      srf.createUAC(phoneUri('tcp'), { localSdp: sdp(6000) }).catch((error: unknown) => error),
    ]);
    expect([late.status, refused.status]).toEqual([408, 503]);
  }, 10_000);

  it('forking by hand: the first to answer wins, the other has its CANCEL', async () => {
    const other = new UserAgent({ timers: TIMERS });
    const { port } = await other.listen({ protocol: 'udp', ip: '127.0.0.1', port: 0 });
    const cancelled = new Promise<void>((resolve) =>
      other.onInvite((invite) => {
        invite.onCancel(() => resolve());
        void invite.ring();
      }),
    );
    let slow: Any;
    const rung = new Promise<void>((resolve) => {
      srf
        .createUAC(
          `sip:b@127.0.0.1:${port}`,
          { localSdp: sdp(6000) },
          { cbRequest: (_e: unknown, req: Any) => (slow = req), cbProvisional: () => resolve() },
        )
        .catch(() => undefined);
    });
    await rung;
    const phoneSide = answered();
    const dialog: Any = await srf.createUAC(phoneUri(), { localSdp: sdp(6000) });
    slow.cancel();
    await cancelled;
    await phoneSide;
    await dialog.destroy();
    await other.close();
  });

  it('an INVITE without SDP is acknowledged with the answer (3PCC)', async () => {
    const phoneSide = answered();
    const { sdp: offer, ack }: Any = await srf.createUAC(phoneUri(), { noAck: true });
    expect(offer).toBe(sdp(5000));
    const dialog = await ack(sdp(6000));
    expect((await (await phoneSide).acked).text).toBe(sdp(6000));
    await dialog.destroy();
  });

  it('re-INVITE both ways: modify() and the modify event', async () => {
    const phoneSide = answered();
    const dialog: Any = await srf.createUAC(phoneUri(), { localSdp: sdp(6000) });
    const atPhone = await phoneSide;
    await atPhone.acked;
    atPhone.onReinvite(() => ({ body: sdp(5002) }));
    expect(await dialog.modify(sdp(6002))).toBe(sdp(5002));
    dialog.on('modify', (req: Any, res: Any) => res.send(200, { body: req.body.replace('7000', '6004') }));
    const { response } = await atPhone.reinvite({ body: sdp(7000) });
    expect(response.text).toBe(sdp(6004));
    await atPhone.bye();
  });

  it('INFO both ways', async () => {
    const phoneSide = answered();
    const dialog: Any = await srf.createUAC(phoneUri(), { localSdp: sdp(6000) });
    const atPhone = await phoneSide;
    await atPhone.acked;
    const heard = new Promise<string>((resolve) =>
      dialog.on('info', (req: Any, res: Any) => {
        res.send(200);
        resolve(`${req.get('Content-Type')} ${req.body}`);
      }),
    );
    const sent = await atPhone.request('INFO', { body: 'Signal=5', contentType: 'application/dtmf-relay' });
    expect(sent.status).toBe(200);
    expect(await heard).toBe('application/dtmf-relay Signal=5');
    const atThePhone = new Promise<string>((resolve) =>
      atPhone.onRequest((request, transaction) => {
        transaction.respond(200);
        resolve(request.text);
      }),
    );
    await dialog.request({ method: 'INFO', headers: { 'Content-Type': 'text/plain' }, body: 'hello' });
    expect(await atThePhone).toBe('hello');
    await dialog.destroy();
  });

  it('REGISTER is answered by the application, a challenge included', async () => {
    srf.register((req: Any, res: Any) => {
      if (!req.has('Authorization'))
        return res.send(401, { headers: { 'WWW-Authenticate': 'Digest realm="r", nonce="n", qop="auth"' } });
      res.send(200, { headers: { Contact: `${req.get('Contact')};expires=60` } });
    });
    await routed();
    const response = await phone.request({
      method: 'REGISTER',
      uri: `sip:127.0.0.1:${server.sipPort}`,
      from: '<sip:101@127.0.0.1>',
      to: '<sip:101@127.0.0.1>',
      credentials: { username: '101', password: 'secret' },
    });
    expect(response.status).toBe(200);
    expect(response.get('contact')).toContain(';expires=60');
  });

  it('REGISTER and OPTIONS of the application, with digest', async () => {
    phone.onRequest((request, transaction) => {
      if (request.method === 'REGISTER' && !request.has('authorization'))
        transaction.respond(401, { headers: { 'WWW-Authenticate': 'Digest realm="carrier", nonce="abc"' } });
      else transaction.respond(200);
    });
    const ask = (method: string): Promise<number> =>
      new Promise((resolve, reject) =>
        srf.request(
          `sip:127.0.0.1:${phonePort}`,
          {
            method,
            headers: { From: '<sip:trunk@localhost>', Contact: '<sip:trunk@localhost>' },
            auth: { username: 'trunk', password: 'secret' },
          },
          (error: Error | null, req: Any) =>
            error
              ? reject(error)
              : req.on('response', (res: Any) => res.status >= 200 && resolve(res.status)),
        ),
      );
    expect(await ask('OPTIONS')).toBe(200);
    expect(await ask('REGISTER')).toBe(200);
  });

  it('a WebSocket phone registers, is called over its own socket, and is 503 once that is closed', async () => {
    const browser = new UserAgent({ user: 'browser', timers: TIMERS });
    await browser.listen({ protocol: 'ws', ip: '127.0.0.1', port: 0 });
    const seen = new Promise<{ address: string; port: number; via: string }>((resolve) =>
      srf.register((req: Any, res: Any) => {
        res.send(200);
        resolve({ address: req.source_address, port: req.source_port, via: req.get('Via') });
      }),
    );
    await routed();
    const registered = await browser.request({
      method: 'REGISTER',
      uri: `sip:127.0.0.1:${server.wsPort};transport=ws`,
      from: '<sip:101@127.0.0.1>',
      headers: { Contact: '<sip:x@made-up.invalid;transport=ws>' },
    });
    expect(registered.status).toBe(200);
    const { address, port, via } = await seen;
    expect(via).toContain('SIP/2.0/WS');
    const atBrowser = new Promise<InviteDialog>((resolve) =>
      browser.onInvite((invite) => resolve(invite.answer({ body: sdp(5000) }))),
    );
    const uri = `sip:101@${address}:${port};transport=ws`;
    const dialog: Any = await srf.createUAC(uri, { localSdp: sdp(6000) });
    await (
      await atBrowser
    ).acked;
    await dialog.destroy();
    await browser.close();
    await until('connections', () => server.counts().connections === 0);
    const failed: Any = await srf.createUAC(uri, { localSdp: sdp(6000) }).catch((error: unknown) => error);
    expect(failed.status).toBe(503);
  });

  it('new requests go round over the connected clients; with none there is 503', async () => {
    const second = await connect();
    const took: string[] = [];
    srf.options((_req: Any, res: Any) => {
      took.push('first');
      res.send(200);
    });
    second.options((_req: Any, res: Any) => {
      took.push('second');
      res.send(200);
    });
    const ask = () => phone.request({ method: 'OPTIONS', uri: serverUri, from: '<sip:a@127.0.0.1>' });
    await until('both were asked', async () => (await ask()).status === 200 && took.length >= 2);
    took.length = 0;
    for (let i = 0; i < 4; i++) expect((await ask()).status).toBe(200);
    expect(took.filter((one) => one === 'first')).toHaveLength(2);
    second.disconnect();
    srf.disconnect();
    await until('clients', () => server.counts().clients === 0);
    expect((await ask()).status).toBe(503);
    await expect((await call()).answered).rejects.toMatchObject({ status: 503 });
    srf = await connect();
  });

  it('holdUntilRouted: calls that come before the first application wait for it, one given up meanwhile too', async () => {
    const early = await startDrachtioServer({
      sip: { ip: '127.0.0.1', port: 0 },
      drachtio: { port: 0, secret: SECRET, holdUntilRouted: true },
      timers: TIMERS,
    });
    const invite = () =>
      phone.invite({
        uri: `sip:line@127.0.0.1:${early.sipPort}`,
        from: '<sip:a@127.0.0.1>',
        body: sdp(4000),
      });
    const [stays, givesUp] = [invite(), invite()];
    const outcome = givesUp.answered.catch((error: { status: number }) => error.status);
    await until('both are there', () => early.counts().transactions >= 2);
    givesUp.cancel();
    await until('the CANCEL is answered', () => early.counts().lingering >= 1);
    const app: Any = new Srf();
    app.connect({ host: '127.0.0.1', port: early.adminPort, secret: SECRET });
    const seen: string[] = [];
    app.invite((req: Any, res: Any) => {
      req.on('cancel', () => seen.push('cancelled'));
      seen.push('invited');
      if (req.get('call-id') === stays.callId) res.send(486);
    });
    await expect(stays.answered).rejects.toMatchObject({ status: 486 });
    expect(await outcome).toBe(487);
    await until('the application knows', () => seen.length === 3);
    expect(seen.sort()).toEqual(['cancelled', 'invited', 'invited']);
    app.disconnect();
    await until('it is gone', () => early.counts().clients === 0);
    const late = invite(); // from then on as drachtio-server has it
    await expect(late.answered).rejects.toMatchObject({ status: 503 });
    await early.stop();
  });

  it('an answer without ACK ends the dialog, and the application hears of it', async () => {
    const ended = new Promise<string>((resolve) =>
      srf.invite(async (req: Any, res: Any) => {
        const dialog = await srf.createUAS(req, res, { localSdp: sdp(6000) });
        dialog.on('destroy', (_bye: Any, reason: string) => resolve(reason));
      }),
    );
    const { dialog } = await (await call({ body: '' })).answered; // never acknowledged
    expect(await ended).toBe('ACK timeout');
    await until('the dialog ends', () => dialog.state === 'terminated');
  }, 10_000);

  it('the wrong secret is refused', async () => {
    await expect(connect('wrong')).rejects.toThrow('failed to authenticate');
  });

  it('requests for dialogs that are not there get 481', async () => {
    const bye = await phone.request({
      method: 'BYE',
      uri: serverUri,
      from: '<sip:a@127.0.0.1>',
      to: `<${serverUri}>;tag=none`,
    });
    expect(bye.status).toBe(481);
  });

  it('a client that goes leaves no caller waiting and no phone ringing', async () => {
    const second = await connect();
    second.invite((_req: Any, res: Any) => res.send(180));
    const phoneCancelled = new Promise<void>((resolve) =>
      answering((invite) => {
        invite.onCancel(() => resolve());
        void invite.ring();
      }),
    );
    const ringing = new Promise<void>((resolve) => {
      second
        .createUAC(phoneUri(), { localSdp: sdp(6000) }, { cbProvisional: () => resolve() })
        .catch(() => undefined);
    });
    await ringing;
    const invite = await call();
    await new Promise<void>((resolve) => invite.onProgress(() => resolve()));
    second.disconnect();
    await expect(invite.answered).rejects.toMatchObject({ status: 503 });
    await phoneCancelled;
  });
});
