import { iceServers } from './ice-servers.js';

describe('the servers that browsers find their way by', () => {
  test('are none where none is set', () => {
    expect(iceServers(undefined)).toEqual([]);
  });

  test('are told with user and password apart from the address', () => {
    expect(
      iceServers('stun:stun.example.com:3478, turns:lk:pass:word@turn.example.com?transport=tcp'),
    ).toEqual([
      { urls: 'stun:stun.example.com:3478' },
      { urls: 'turns:turn.example.com?transport=tcp', username: 'lk', credential: 'pass:word' },
    ]);
  });
});
