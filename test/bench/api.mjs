/**
 * REST as somebody who has signed in.
 * @returns `api(method, path, body)`, which throws for any answer but 2xx; his token and id; where the live feed is
 */
export async function signedIn(
  linekeeper,
  email = 'admin@example.com',
  password = linekeeper.settings.ADMIN_PASSWORD,
) {
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
  const given = await api('POST', '/sign-in', { email, password });
  token = given.token;
  return { api, token, id: given.user.id, live: `${web.replace('http', 'ws')}/live` };
}
