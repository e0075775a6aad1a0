// A person's account: which of their sessions are alive, and which notifications ended the earlier ones.

const MAX_SESSIONS = 20;
const MAX_NOTIFICATIONS = 16;
const NONE = { sessions: [], ended_before: 0, notifications: [] };

export class Account {
  constructor(state) {
    this.storage = state.storage;
  }

  async fetch(request) {
    const account = (await this.storage.get("account")) ?? NONE;
    const question = await request.json();
    switch (new URL(request.url).pathname) {
      case "/begin":
        return this.#begin(account, question);
      case "/check":
        return Response.json({ alive: account.sessions.some(({ sid }) => sid === question.sid) });
      case "/log-out":
        return this.#logOut(account, question);
    }
    return new Response(null, { status: 404 });
  }

  async #begin(account, session) {
    if (session.born_at <= account.ended_before) return new Response(null, { status: 409 });
    const now = Math.floor(Date.now() / 1000);
    const alive = account.sessions.filter(({ expires_at }) => expires_at > now);
    await this.#save({ ...account, sessions: [...alive, session].slice(-MAX_SESSIONS) });
    return new Response(null, { status: 200 });
  }

  async #logOut(account, { id, issued_at }) {
    if (!account.notifications.includes(id)) {
      await this.#save({
        sessions: account.sessions.filter(({ born_at }) => born_at > issued_at),
        ended_before: Math.max(account.ended_before, issued_at),
        notifications: [...account.notifications, id].slice(-MAX_NOTIFICATIONS),
      });
    }
    return new Response(null, { status: 200 });
  }

  /** Stores the account, and when what is in it will have served its purpose. */
  async #save(account) {
    const end = Math.max(Math.floor(Date.now() / 1000) + 3_600, ...account.sessions.map(({ expires_at }) => expires_at));
    await Promise.all([this.storage.put("account", account), this.storage.setAlarm(end * 1000)]);
  }

  async alarm() {
    await this.storage.deleteAll();
  }
}

/** Asks a person's account. */
export function ask(env, subject, path, question) {
  const account = env.ACCOUNTS.get(env.ACCOUNTS.idFromName(subject));
  return account.fetch(`https://account${path}`, { method: "POST", body: JSON.stringify(question) });
}
