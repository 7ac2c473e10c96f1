/** REST as the administrator. */
export async function administrator(linekeeper) {
  const web = `http://127.0.0.1:${linekeeper.settings.HTTP_PORT}`;
  let token = '';
  const api = async (method, path, body) => {
    const response = await fetch(`${web}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  };
  const signedIn = await api('POST', '/sign-in', {
    email: 'admin@example.com',
    password: linekeeper.settings.ADMIN_PASSWORD,
  });
  token = signedIn.token;
  return { api, token, id: signedIn.user.id, live: `${web.replace('http', 'ws')}/live` };
}
