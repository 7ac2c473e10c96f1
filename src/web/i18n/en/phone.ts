/** The phone of the browser, and the page on which a newcomer plays a client. */
export const phone = {
  phone: {
    title: 'Phone of this browser',
    on: 'This browser rings',
    status: {
      off: 'It is off: calls ring at your other devices only.',
      connecting: 'Connecting…',
      ready: 'Extension {{number}} rings here.',
      lost: 'The server does not answer; it tries again by itself.',
      insecure:
        'The browser gives no microphone to a page without https. Ask an administrator for the https address.',
      'no-extension':
        'You have no extension, or may have no phone here. An administrator can change it under People.',
      'too-many-devices':
        'Your extension has as many devices as it may. Sign one of them out, or have the limit raised.',
    },
    notice: {
      'no-microphone': 'No microphone. Allow it in the browser’s address bar, or choose another.',
      'not-passed-on': 'Nobody took the call over: it is with you again, or comes back by ringing.',
      'not-connected': 'The call was not put through.',
      'connection-lost': 'The connection was lost, and the call with it.',
      'no-sound':
        'Nothing comes from the other side, though all looks connected. If you do not hear each other, hang up and call again.',
    },
    rings: 'Incoming call',
    answer: 'Answer',
    reject: 'Decline',
    hangUp: 'Hang up',
    calling: 'calling…',
    held: 'on hold',
    interrupted: 'reconnecting…',
    hold: 'Hold',
    retrieve: 'Take back',
    mute: 'Microphone off',
    unmute: 'Microphone on',
    keypad: 'Keypad',
    passOn: 'Pass on',
    passNow: 'Pass on at once',
    askFirst: 'Ask first',
    connect: 'Connect with {{name}}',
    passing: 'Passing on to {{to}}…',
    colleague: 'Colleague’s extension',
    callWith: 'Call with {{name}}',
    firstCall: 'No earlier call that you took part in.',
    dial: 'Extension or client code',
    microphone: 'Microphone',
    speaker: 'Speaker',
    systemDevice: 'as the system has it',
  },
  try: {
    title: 'Call from a browser',
    lead: 'You are a client, and this page is your telephone. It calls {{name}}, as any telephone would; no other telephone is needed. Headphones spare you the echo.',
    telephone: 'Your telephone',
    from: '{{name}}’s number. You call from {{from}}; its managers see a code and never this number.',
    call: 'Call the company',
    notAnswered: 'Nobody took the call. The company now owes you one: look at the manager’s debts.',
    steps: {
      signIn:
        '<cabinet>Open the cabinet in another tab</cabinet> and sign in as the manager Anna: <code>manager1@example.com</code>, <code>manager1-demo</code>.',
      turnOn: 'There, press the headset at the top and turn on “This browser rings”. Allow the microphone.',
      call: 'Here, press “Call the company”. The other tab rings: answer there, and talk.',
      see: 'Hang up, and see the call among Anna’s calls. Call again and do not answer: it becomes a debt of hers.',
    },
    nowhere: 'There is no demo here',
    nowhereHint: 'This page is there with the demo company on your own machine: npm run up.',
  },
};
