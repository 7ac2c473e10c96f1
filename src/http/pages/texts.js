const TEXTS = {
  en: {
    signIn: 'Sign in', signOut: 'Sign out', email: 'E-mail', password: 'Password',
    followUps: 'Clients to call back', noFollowUps: 'Nobody waits for a call.', attempts: 'unanswered', of: 'to be called by',
    everybody: 'anyone', calls: 'Calls', time: 'Time', client: 'Client', outcome: 'Outcome', manager: 'Manager',
    length: 'Length', recording: 'Recording', play: 'Play', playing: 'Recording of',
    noCalls: 'No calls yet. Call the company number, or run “npm run simulate”.', withheld: 'number withheld',
    malformed: 'no usable number', unknown: 'client', answered: 'answered', missed: 'missed', abandoned: 'gave up',
    refused: 'refused', ringing: 'ringing', talking: 'talking', close: 'Close',
    reason: 'Why does nobody need to call back?', wrong: 'The e-mail address or the password is wrong.',
    tooMany: 'Too many tries. Try again in {s} s.', away: 'The server does not answer. Trying again…',
  },
  ru: {
    signIn: 'Войти', signOut: 'Выйти', email: 'Почта', password: 'Пароль',
    followUps: 'Кому перезвонить', noFollowUps: 'Никто не ждёт звонка.', attempts: 'без ответа', of: 'кто звонит:',
    everybody: 'любой', calls: 'Звонки', time: 'Время', client: 'Клиент', outcome: 'Итог', manager: 'Менеджер',
    length: 'Длина', recording: 'Запись', play: 'Слушать', playing: 'Запись звонка',
    noCalls: 'Звонков пока нет. Позвоните на номер компании или запустите «npm run simulate».', withheld: 'номер скрыт',
    malformed: 'номер не разобран', unknown: 'клиент', answered: 'отвечен', missed: 'пропущен', abandoned: 'не дождался',
    refused: 'отклонён', ringing: 'звонит', talking: 'разговор', close: 'Закрыть',
    reason: 'Почему перезванивать не нужно?', wrong: 'Почта или пароль неверны.',
    tooMany: 'Слишком много попыток. Следующая через {s} с.', away: 'Сервер не отвечает. Пробуем снова…',
  },
};

export const language = navigator.language.startsWith('ru') ? 'ru' : 'en';
export const text = (name) => TEXTS[language][name];
